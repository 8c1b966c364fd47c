//! In which order the targets are tried for a client.

use super::health::Standing;
use crate::config::Balance;

/// What is known of one target.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight {
    pub standing: Standing,
    /// Attempts under way and connections that are open.
    pub load: u64,
}

/// Indices in the order of trying: first those that are well, by the balance,
/// then those that rest, the one that is due soonest first. Ties are settled by
/// the order of the configuration.
pub(super) fn order(balance: Balance, all: &[Sight]) -> Vec<usize> {
    let mut indices: Vec<usize> = (0..all.len()).collect();
    // Stable, so that ties stay in order; `Open` is less than `Resting`.
    indices.sort_by_key(|&at| {
        let Sight { standing, load } = all[at];
        let load = match (standing, balance) {
            (Standing::Open, Balance::Least) => load,
            _ => 0,
        };
        (standing, load)
    });
    indices
}

#[cfg(test)]
mod tests;

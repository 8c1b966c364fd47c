//! In which order the hosts of a service are tried: RFC 2782, "Usage rules".

use crate::config::HostPort;

/// Where to dial.
pub(super) type Host = HostPort;

/// One SRV record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    pub priority: u16,
    pub weight: u16,
    /// The name is absolute: it ends in a dot.
    pub host: Host,
}

/// Lower priorities first; of one priority by chance, each record in
/// proportion to its weight. `chance` gives 0 up to 1.
pub(super) fn choose(mut records: Vec<Record>, mut chance: impl FnMut() -> f64) -> Vec<Host> {
    // Those without weight first, as the RFC wants it: so they have a small
    // chance beside the others, and an even one among themselves.
    records.sort_by_key(|record| (record.priority, record.weight));
    let mut hosts = Vec::with_capacity(records.len());
    while let Some(first) = records.first() {
        let priority = first.priority;
        let group = records.iter().take_while(|record| record.priority == priority);
        let at = pick(group.map(|record| record.weight), chance());
        hosts.push(records.remove(at).host);
    }
    hosts
}

/// The index of the record that a `chance` falls on.
fn pick(weights: impl Iterator<Item = u16> + Clone, chance: f64) -> usize {
    let total: u32 = weights.clone().map(u32::from).sum();
    if total == 0 {
        let count = weights.count();
        return ((chance * count as f64) as usize).min(count.saturating_sub(1));
    }
    // "A uniform random number between 0 and the sum computed (inclusive)".
    let mark = ((chance * (f64::from(total) + 1.0)) as u32).min(total);
    let mut sum = 0;
    let mut reaches = |weight: u16| {
        sum += u32::from(weight);
        sum >= mark
    };
    weights.into_iter().position(&mut reaches).unwrap_or(0)
}

#[cfg(test)]
mod tests;

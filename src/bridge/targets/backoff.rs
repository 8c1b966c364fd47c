//! How long a target that failed is left alone.

use std::time::Duration;

/// After the first failure.
const FIRST: Duration = Duration::from_secs(1);
/// At most, however often it has failed.
const LONGEST: Duration = Duration::from_secs(60);

/// The rest after the `failures`th failure in a row (from 1): a second, then
/// twice as long each time, a minute at most. `chance` (0 to 1) takes up to a
/// fifth off, so that many gateways do not come back in step.
pub(super) fn rest(failures: u32, chance: f64) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    let whole = FIRST.saturating_mul(1 << doublings).min(LONGEST);
    whole.mul_f64(1.0 - 0.2 * chance.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests;

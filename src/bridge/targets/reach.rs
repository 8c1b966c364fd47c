//! Reaches one of several targets for a client.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::time::Instant;

use super::attempt::{Attempt, Counted};
use super::call::{Call, Missed};
use super::health::Standing;
use super::order::{Sight, order};
use super::{Probes, Targets};
use crate::endpoint::{Dialled, share};

/// A client's way along the targets.
struct Walk<'a> {
    targets: &'a Targets,
    probes: &'a Probes<'a>,
    call: &'a Call<'a>,
    /// Our own address on the way to the one that was tried last.
    from: &'a mut Option<SocketAddr>,
    /// The client waits no longer.
    end: Instant,
    /// Those that are left to try.
    left: usize,
    /// Why the others were not reached.
    reasons: Vec<String>,
}

/// Tries the targets in their order until one is reached, for `limit` in all.
///
/// # Errors
/// One sentence on all that were tried.
pub(in crate::bridge) async fn reach(
    targets: &Targets,
    probes: &Probes<'_>,
    call: &Call<'_>,
    limit: Duration,
    from: &mut Option<SocketAddr>,
) -> Result<(Dialled, Counted), String> {
    let (end, left) = (Instant::now() + limit, targets.all.len());
    let mut walk = Walk { targets, probes, call, from, end, left, reasons: Vec::new() };
    let (well, mut resting) = walk.order();
    for index in well {
        let attempt = Attempt::begin(&targets.all[index]);
        // Since the order was made it has failed, or somebody tries it already.
        if attempt.is_last_resort() {
            resting.push(index);
        } else if let Some(reached) = walk.attempt(attempt).await {
            return Ok(reached);
        }
    }
    for index in resting {
        let attempt = Attempt::begin(&targets.all[index]);
        if let Some(reached) = walk.attempt(attempt).await {
            return Ok(reached);
        }
    }
    Err(walk.reasons.join("; "))
}

impl Walk<'_> {
    /// Those that are well, and those that rest.
    fn order(&self) -> (Vec<usize>, Vec<usize>) {
        let now = Instant::now();
        let sights: Vec<_> = self
            .targets
            .all
            .iter()
            .map(|target| {
                let standing = target.health().standing(now, target.can_be_probed());
                Sight { standing, load: target.health().load() }
            })
            .collect();
        let order = order(self.targets.balance, &sights);
        order.into_iter().partition(|&index| sights[index].standing == Standing::Open)
    }

    async fn attempt(&mut self, attempt: Attempt) -> Option<(Dialled, Counted)> {
        let target = attempt.target();
        let rest = self.end.saturating_duration_since(Instant::now());
        if rest.is_zero() {
            self.reasons.push(format!("{}: no time was left", target.address()));
            return None;
        }
        let limit = share(rest, self.left);
        let limit = target.wait().map_or(limit, |wait| wait.min(limit));
        self.left = self.left.saturating_sub(1);
        match self.call.dial(target, limit, self.from).await {
            Ok(dialled) => {
                let counted = Counted::new(target);
                attempt.reached(self.probes.bridge);
                Some((dialled, counted))
            }
            Err(missed) => {
                self.missed(attempt, missed);
                None
            }
        }
    }

    fn missed(&mut self, attempt: Attempt, missed: Missed) {
        let target = attempt.target().clone();
        if !missed.our_fault && attempt.failed(self.probes.bridge, &missed.why) {
            self.probes.begin(&target, &self.targets.over);
        }
        self.reasons.push(missed.at(&target));
    }
}

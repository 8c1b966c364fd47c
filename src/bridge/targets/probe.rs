//! Probes: whether a target that failed can be reached again.
//!
//! A probe is a dial that is closed at once: the connection, the TLS handshake
//! where there is one, and a PROXY header that speaks for nobody where one is
//! sent. A target has one task for that while it rests, none while it is well.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::Target;
use super::attempt::Attempt;
use super::call;
use crate::proxy;

/// Looks again so soon where somebody else tries the target right now.
const SOON: Duration = Duration::from_millis(500);

/// What the probes of a bridge need.
#[derive(Debug, Clone, Copy)]
pub(in crate::bridge) struct Probes<'a> {
    /// The bridge's name.
    pub bridge: &'a str,
    /// Ends them all.
    pub draining: &'a CancellationToken,
    /// The longest that one takes.
    pub limit: Duration,
}

impl Probes<'_> {
    /// Probes `target` until it is well, or until `over`, if it can be probed.
    /// On the connections' runtime.
    pub fn begin(&self, target: &Arc<Target>, over: &CancellationToken) {
        if !target.can_be_probed() || !target.claim_probes() {
            return;
        }
        let (bridge, limit, target) = (self.bridge.to_owned(), self.limit, Arc::clone(target));
        let (draining, over) = (self.draining.clone(), over.clone());
        tokio::spawn(async move {
            let until_well = over.run_until_cancelled(stand_by(&target, &bridge, limit));
            let _ = draining.run_until_cancelled(until_well).await;
        });
    }
}

/// Probes as long as the target rests; gives up the claim when it is well.
async fn stand_by(target: &Arc<Target>, bridge: &str, limit: Duration) {
    loop {
        until_well(target, bridge, limit).await;
        target.release_probes();
        // It may have failed again before it was released.
        if target.health().rest().is_none() || !target.claim_probes() {
            return;
        }
    }
}

async fn until_well(target: &Arc<Target>, bridge: &str, limit: Duration) {
    while let Some((due, _)) = target.health().rest() {
        sleep_until(due).await;
        match Attempt::begin_probe(target) {
            Some(attempt) => probe(attempt, bridge, limit).await,
            // A client tries it, or has just done so.
            None => sleep(SOON).await,
        }
    }
}

async fn probe(attempt: Attempt, bridge: &str, limit: Duration) {
    let target = Arc::clone(attempt.target());
    let header = target.dialer().proxy().map(|_| proxy::of_ourselves()).unwrap_or_default();
    let limit = target.wait().map_or(limit, |wait| wait.min(limit));
    match call::dial(&target, &header, limit, &mut None).await {
        // Dropping the connection closes it.
        Ok(_) => attempt.reached(bridge),
        Err(missed) if missed.our_fault => {
            drop(attempt);
            sleep(SOON).await;
        }
        Err(missed) => {
            attempt.failed(bridge, &missed.why);
        }
    }
}

//! One attempt on one target of several, and the connection that it becomes.

use std::sync::Arc;

use tokio::time::Instant;

use super::Target;
use super::call::to_the_millisecond;
use super::health::Purpose;
use crate::frame::Prefix;

/// An attempt under way; dropping it gives it up.
pub(super) struct Attempt {
    target: Arc<Target>,
    purpose: Purpose,
    settled: bool,
}

impl Attempt {
    pub fn begin(target: &Arc<Target>) -> Self {
        let purpose = target.health().begin(Instant::now(), target.can_be_probed());
        Self::of(target, purpose)
    }

    pub fn begin_probe(target: &Arc<Target>) -> Option<Self> {
        let due = target.health().begin_probe(Instant::now());
        due.then(|| Self::of(target, Purpose::Trial))
    }

    fn of(target: &Arc<Target>, purpose: Purpose) -> Self {
        target.health().busier();
        Self { target: Arc::clone(target), purpose, settled: false }
    }

    pub fn target(&self) -> &Arc<Target> {
        &self.target
    }

    /// Whether the target rests and this was not its trial.
    pub fn is_last_resort(&self) -> bool {
        self.purpose == Purpose::LastResort
    }

    /// It was reached.
    pub fn reached(mut self, bridge: &str) {
        self.settled = true;
        if self.target.health().reached() {
            let target = self.target.address();
            tracing::info!(target: "pipeferry::bridge", bridge, target, "target is back");
        }
    }

    /// It was not; says whether a rest begins with this.
    pub fn failed(mut self, bridge: &str, why: &str) -> bool {
        self.settled = true;
        let health = self.target.health();
        let failed = health.failed(self.purpose, Instant::now(), why, fastrand::f64());
        let Some((rest, first)) = failed else { return false };
        let rest = to_the_millisecond(rest);
        let (target, shown) = (self.target.address(), humantime::format_duration(rest));
        if first {
            tracing::warn!(
                target: "pipeferry::bridge",
                bridge, target, reason = why, again_in = %shown, "target failed, left alone"
            );
        } else {
            tracing::debug!(
                target: "pipeferry::bridge",
                bridge, target, reason = why, again_in = %shown, "target still fails"
            );
        }
        true
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if !self.settled {
            self.target.health().abandoned(self.purpose);
        }
        self.target.health().less_busy();
    }
}

/// A connection to one target of several, counted as long as it lives.
#[derive(Debug)]
pub(in crate::bridge) struct Counted(Arc<Target>);

impl Counted {
    pub fn new(target: &Arc<Target>) -> Self {
        target.health().busier();
        target.health().meter().opened();
        Self(Arc::clone(target))
    }

    /// The length prefix of the target's framing; `None` for packets.
    pub fn prefix(&self) -> Option<Prefix> {
        self.0.prefix()
    }

    /// The target's address as configured.
    pub fn address(&self) -> &str {
        self.0.address()
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        // In this order: whoever has seen it gone from the metrics finds the
        // target as idle as they say.
        self.0.health().less_busy();
        self.0.health().meter().closed();
    }
}

//! Takes clients in: permit first, then accept.
//!
//! Beyond the limit of connections nobody is accepted, so that further clients
//! wait in the system's queue and are not refused. An error of accept is
//! counted and waited out; it never ends the loop.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep};
use tokio_util::task::TaskTracker;

use super::{Shared, Verdict, connection};
use crate::endpoint::{Incoming, Listener};
use crate::telemetry::metrics::WaitingGuard;

/// The pause after an accept that failed, at first and at last.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How often the system's queue is looked at while nobody is accepted.
const LOOK_AT_QUEUE: Duration = Duration::from_millis(100);
/// More held back clients than this are counted as this many.
const MOST_COUNTED: usize = 1024;

/// A place among the connections that may be open.
#[derive(Debug)]
pub(super) struct Permit {
    _own: OwnedSemaphorePermit,
    _total: OwnedSemaphorePermit,
}

/// The accept loop of a bridge.
pub(super) struct Accept {
    pub shared: Arc<Shared>,
    pub listener: Listener,
    pub own: Arc<Semaphore>,
    pub total: Arc<Semaphore>,
    pub tasks: TaskTracker,
}

impl Accept {
    /// Runs until the bridge drains; the listener is closed then.
    pub async fn run(mut self) {
        let draining = self.shared.draining.clone();
        let mut pause = FIRST_PAUSE;
        loop {
            let next = draining.run_until_cancelled(self.next()).await;
            match next {
                None => return,
                Some(Ok((permit, incoming))) => {
                    pause = FIRST_PAUSE;
                    let shared = Arc::clone(&self.shared);
                    let accepted = Instant::now();
                    self.tasks.spawn(connection::run(shared, incoming, permit, accepted));
                }
                Some(Err(error)) => {
                    self.shared.metrics.accept_error();
                    let bridge = &*self.shared.name;
                    tracing::warn!(bridge, %error, "accept failed; trying again in {pause:?}");
                    if draining.run_until_cancelled(sleep(pause)).await.is_none() {
                        return;
                    }
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    /// Carries the first client that comes, and then no other; `None` if the
    /// bridge drained first. The listener is closed as soon as it is there.
    pub async fn run_once(mut self) -> Option<Verdict> {
        let draining = self.shared.draining.clone();
        let (permit, incoming) = loop {
            match draining.run_until_cancelled(self.next()).await? {
                Ok(taken) => break taken,
                Err(error) => {
                    self.shared.metrics.accept_error();
                    tracing::warn!(%error, "accept failed; trying again");
                    sleep(FIRST_PAUSE).await;
                }
            }
        };
        drop(self.listener);
        Some(connection::run(self.shared, incoming, permit, Instant::now()).await)
    }

    /// The bridge's own place first, then the client, then a place among the
    /// connections of all bridges: a bridge that only waits must not hold one
    /// of those back from the others.
    async fn next(&mut self) -> std::io::Result<(Permit, Incoming)> {
        let own = Arc::clone(&self.own).acquire_owned();
        let own = self.held_back(0, own).await?;
        let incoming = self.listener.accept().await?;
        let total = Arc::clone(&self.total).acquire_owned();
        let total = self.held_back(1, total).await?;
        Ok((Permit { _own: own, _total: total }, incoming))
    }

    /// Waits for a place while counting who has to wait with us.
    async fn held_back(
        &self,
        taken: usize,
        place: impl Future<Output = Result<OwnedSemaphorePermit, AcquireError>>,
    ) -> std::io::Result<OwnedSemaphorePermit> {
        tokio::select! {
            biased;
            place = place => place.map_err(std::io::Error::other),
            never = self.count_held_back(taken) => match never {},
        }
    }

    /// Shows in the metrics whom the limit holds back; never ends by itself.
    async fn count_held_back(&self, taken: usize) -> Infallible {
        let mut waiting: Vec<WaitingGuard> = Vec::new();
        loop {
            let queued = (taken + self.listener.queued()).min(MOST_COUNTED);
            waiting.truncate(queued);
            while waiting.len() < queued {
                waiting.push(self.shared.metrics.wait());
            }
            sleep(LOOK_AT_QUEUE).await;
        }
    }
}

//! Takes clients in: a place first, then accept.
//!
//! Beyond the limit of connections nobody is accepted, so that further clients
//! wait in the system's queue and are not refused. An error of accept is
//! counted and waited out; it never ends the loop.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_util::task::TaskTracker;

use super::places::Place;
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

/// The accept loop of a bridge.
pub(super) struct Accept {
    pub shared: Arc<Shared>,
    pub listener: Listener,
    pub tasks: TaskTracker,
}

impl Accept {
    /// Runs until the bridge drains; the listener is closed then.
    pub async fn run(mut self) {
        while let Some((place, incoming)) = self.client().await {
            let shared = Arc::clone(&self.shared);
            self.tasks.spawn(connection::run(shared, incoming, place, Instant::now()));
        }
    }

    /// Carries the first client that comes, and then no other; `None` if the
    /// bridge drained first. The listener is closed as soon as it is there.
    pub async fn run_once(mut self) -> Option<Verdict> {
        let (place, incoming) = self.client().await?;
        drop(self.listener);
        Some(connection::run(self.shared, incoming, place, Instant::now()).await)
    }

    /// Waits for the next client, whatever goes wrong meanwhile; `None` once the
    /// bridge drains.
    async fn client(&mut self) -> Option<(Place, Incoming)> {
        let draining = self.shared.draining.clone();
        let mut pause = FIRST_PAUSE;
        loop {
            let error = match draining.run_until_cancelled(self.next()).await? {
                Ok(client) => return Some(client),
                Err(error) => error,
            };
            self.shared.metrics.accept_error();
            let bridge = &*self.shared.name;
            tracing::warn!(bridge, %error, "accept failed; trying again in {pause:?}");
            draining.run_until_cancelled(sleep(pause)).await?;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn next(&mut self) -> std::io::Result<(Place, Incoming)> {
        let place = self.place().await?;
        let incoming = self.listener.accept().await?;
        Ok((place, incoming))
    }

    /// Waits for a place, and meanwhile counts who has to wait with us.
    async fn place(&self) -> std::io::Result<Place> {
        let places = &self.shared.places;
        let place = async {
            if self.shared.admission.takes_time() {
                places.door().await
            } else {
                places.own().await
            }
        };
        tokio::select! {
            biased;
            place = place => place.map_err(std::io::Error::other),
            never = self.count_held_back() => match never {},
        }
    }

    /// Shows in the metrics whom the limit holds back; never ends by itself.
    async fn count_held_back(&self) -> Infallible {
        let mut waiting: Vec<WaitingGuard> = Vec::new();
        loop {
            let queued = self.listener.queued().min(MOST_COUNTED);
            waiting.truncate(queued);
            while waiting.len() < queued {
                waiting.push(self.shared.metrics.wait());
            }
            sleep(LOOK_AT_QUEUE).await;
        }
    }
}

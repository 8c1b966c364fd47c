//! Takes clients in: a place first, then accept.
//!
//! Beyond the limit of connections nobody is accepted, so that further clients
//! wait in the system's queue and are not refused. An error of accept is
//! counted and waited out; it never ends the loop. When it ends, nobody is left
//! in the queue who could be taken.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::task::TaskTracker;

use super::current::Current;
use super::places::Standing;
use super::{Shared, Verdict, connection};
use crate::config::Listen;
use crate::endpoint::{Incoming, Listener};
use crate::telemetry::metrics::WaitingGuard;

/// The pause after an accept that failed, at first and at last.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How often the system's queue is looked at while nobody is accepted.
const LOOK_AT_QUEUE: Duration = Duration::from_millis(100);
/// More held back clients than this are counted as this many.
const MOST_COUNTED: usize = 1024;

/// Clients taken from the system's queue when a drain begins: more than it
/// holds, and still an end where they come faster than they are taken.
const MOST_LATE: usize = 8192;
/// While some may still get into the queue, it is looked at so often.
const LOOK_AGAIN: Duration = Duration::from_millis(10);
/// Whoever is in the queue is there at once, unless it has left meanwhile.
const LONGEST_LATE: Duration = Duration::from_millis(100);

/// What a running accept loop can be told.
#[derive(Debug)]
pub(super) enum Order {
    /// Listen here from now on, and no more where it did.
    Move(Box<Listener>),
    /// The same socket goes on under these options.
    Adapt(Box<Listen>),
    /// Give the listener away, and wait for another one or the end.
    HandOver(oneshot::Sender<Listener>),
}

/// The accept loop of a bridge.
pub(super) struct Accept {
    pub current: Arc<Current>,
    /// `None` while it has given it away.
    pub listener: Option<Listener>,
    pub orders: mpsc::Receiver<Order>,
    pub tasks: TaskTracker,
}

impl Accept {
    /// Runs until the bridge drains; the listener is closed then.
    pub async fn run(mut self) {
        while let Some((place, incoming)) = self.next().await {
            self.begin(place, incoming);
        }
        self.empty_queue().await;
    }

    fn begin(&self, place: Standing, incoming: Incoming) {
        let current = Arc::clone(&self.current);
        self.tasks.spawn(connection::run(current, incoming, place, Instant::now()));
    }

    /// Takes in whom the system has connected already: they were let in before
    /// the drain, and closing the listener would reset them. Ends when nobody
    /// waits, or the limit of connections holds them back; nothing may come
    /// between its end and the close.
    async fn empty_queue(&mut self) {
        let settled = self.listener.as_ref().map_or(Duration::ZERO, Listener::hold_off);
        let settled = Instant::now() + settled;
        loop {
            self.take_queue().await;
            if Instant::now() >= settled {
                return;
            }
            sleep(LOOK_AGAIN).await;
        }
    }

    async fn take_queue(&mut self) {
        let shared = self.current.shared();
        for _ in 0..MOST_LATE {
            let Some(listener) = &mut self.listener else { return };
            if listener.queue_outlives_it() || listener.queued() == 0 {
                return;
            }
            let place = timeout(Duration::ZERO, place(&shared, listener)).await;
            let Ok(Ok(place)) = place else { return };
            match timeout(LONGEST_LATE, listener.accept()).await {
                Ok(Ok(incoming)) => self.begin(place, incoming),
                Ok(Err(_)) => shared.metrics.accept_error(),
                Err(_) => return,
            }
        }
    }

    /// Carries the first client that comes, and then no other; `None` if the
    /// bridge drained first. The listener is closed as soon as it is there.
    pub async fn run_once(mut self) -> Option<Verdict> {
        let (place, incoming) = self.next().await?;
        drop(self.listener);
        Some(connection::run(self.current, incoming, place, Instant::now()).await)
    }

    /// Waits for the next client, whatever goes wrong meanwhile, and does what
    /// it is told; `None` once the bridge drains.
    async fn next(&mut self) -> Option<(Standing, Incoming)> {
        let draining = self.current.shared().draining.clone();
        let mut pause = FIRST_PAUSE;
        loop {
            let Self { current, listener, orders, .. } = self;
            let came = tokio::select! {
                biased;
                () = draining.cancelled() => return None,
                Some(order) = orders.recv() => {
                    self.obey(order).await;
                    continue;
                }
                came = client(current, listener.as_mut()) => came,
            };
            let error = match came {
                Ok(client) => return Some(client),
                Err(error) => error,
            };
            let shared = self.current.shared();
            shared.metrics.accept_error();
            let bridge = &*shared.name;
            tracing::warn!(bridge, %error, "accept failed; trying again in {pause:?}");
            draining.run_until_cancelled(sleep(pause)).await?;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn obey(&mut self, order: Order) {
        match order {
            Order::Move(listener) => {
                // The old one closes now.
                self.empty_queue().await;
                self.listener = Some(*listener);
            }
            Order::Adapt(listen) => {
                if let Some(listener) = &mut self.listener {
                    listener.adapt(&listen);
                }
            }
            Order::HandOver(to) => {
                if let Some(listener) = self.listener.take() {
                    // Who asked and has gone leaves it to be closed.
                    let _ = to.send(listener);
                }
            }
        }
    }
}

/// Cancelling loses nobody.
async fn client(
    current: &Current,
    listener: Option<&mut Listener>,
) -> std::io::Result<(Standing, Incoming)> {
    let Some(listener) = listener else { return std::future::pending().await };
    let place = place(&current.shared(), listener).await?;
    let incoming = listener.accept().await?;
    Ok((place, incoming))
}

/// Waits for a place, and meanwhile counts who has to wait with us.
async fn place(shared: &Shared, listener: &Listener) -> std::io::Result<Standing> {
    let places = &shared.places;
    let place = async {
        if shared.admission.takes_time() { places.door().await } else { places.own().await }
    };
    tokio::select! {
        biased;
        place = place => place.map_err(std::io::Error::other),
        never = count_held_back(shared, listener) => match never {},
        never = make_room(shared, listener) => match never {},
    }
}

/// Where somebody waits for a place in front of the door, sees to it that one
/// comes free; never ends by itself.
async fn make_room(shared: &Shared, listener: &Listener) -> Infallible {
    loop {
        let crowded = shared.admission.takes_time() && listener.queued() > 0;
        let pause = if crowded { shared.places.turns().end_oldest() } else { LOOK_AT_QUEUE };
        sleep(pause).await;
    }
}

/// Shows in the metrics whom the limit holds back; never ends by itself.
async fn count_held_back(shared: &Shared, listener: &Listener) -> Infallible {
    let mut waiting: Vec<WaitingGuard> = Vec::new();
    loop {
        let queued = listener.queued().min(MOST_COUNTED);
        waiting.truncate(queued);
        while waiting.len() < queued {
            waiting.push(shared.metrics.wait());
        }
        sleep(LOOK_AT_QUEUE).await;
    }
}

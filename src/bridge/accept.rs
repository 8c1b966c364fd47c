//! Takes clients in: a place first, then accept.
//!
//! Beyond the limit of connections nobody is accepted, so that further clients
//! wait in the system's queue and are not refused. An error of accept is
//! counted and waited out; it never ends the loop, nor keeps it from its orders.
//! When it ends, nobody is left in the queue who could be taken.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::task::TaskTracker;

use super::closing::Closing;
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

/// What a running accept loop can be told.
#[derive(Debug)]
pub(super) enum Order {
    /// Listen here from now on, and no more where it did.
    Move(Box<Listener>),
    /// The same socket goes on under these options.
    Adapt(Box<Listen>),
    /// Give the listener away, and wait for another one or the end.
    HandOver(oneshot::Sender<Listener>),
    /// Listen from now on where another bridge did, which gives its listener
    /// away, and no more where it did itself.
    TakeOver(oneshot::Receiver<Listener>),
}

/// Where an accept loop has its clients from.
#[derive(Debug)]
pub(super) enum Post {
    /// It listens there.
    At(Listener),
    /// Another bridge was told to give its listener away, and does so soon.
    Awaits(oneshot::Receiver<Listener>),
    /// It has given its own away.
    Nowhere,
}

impl Post {
    /// The listener, if there is to be one; waits for one that comes. Cancelling
    /// loses nothing.
    async fn listener(&mut self, current: &Current) -> Option<&mut Listener> {
        if let Self::Awaits(from) = self {
            *self = match from.await {
                Ok(listener) => Self::At(arrived(listener, current)),
                Err(_) => lost(current),
            };
        }
        match self {
            Self::At(listener) => Some(listener),
            _ => None,
        }
    }

    fn leave(&mut self) -> Self {
        std::mem::replace(self, Self::Nowhere)
    }
}

/// One that was another bridge's until now.
fn arrived(mut listener: Listener, current: &Current) -> Listener {
    let shared = current.shared();
    listener.adapt(&shared.config.listen);
    if let Some(instances) = listener.pipe_instances() {
        shared.metrics.watch_pipe_instances(instances);
    }
    listener
}

/// Whoever had it has panicked, and has said so.
fn lost(current: &Current) -> Post {
    let bridge = &*current.shared().name;
    tracing::error!(bridge, "its listener was lost while it was handed over; restart");
    Post::Nowhere
}

/// The accept loop of a bridge.
pub(super) struct Accept {
    pub current: Arc<Current>,
    pub post: Post,
    pub orders: mpsc::Receiver<Order>,
    pub tasks: TaskTracker,
}

impl Accept {
    /// Runs until the bridge drains; the listener is closed then.
    pub async fn run(mut self) {
        while let Some((place, incoming)) = self.next().await {
            let Self { current, tasks, .. } = &self;
            begin(current, tasks, place, incoming);
        }
        // Whoever was promised the listener before gets it all the same.
        while let Ok(order) = self.orders.try_recv() {
            self.obey(order).await;
        }
        self.post.listener(&self.current).await;
        if let Some(closing) = self.closing() {
            closing.run().await;
        }
    }

    /// The listener that it has, to be closed.
    fn closing(&mut self) -> Option<Closing> {
        let Post::At(listener) = self.post.leave() else { return None };
        let (current, tasks) = (Arc::clone(&self.current), self.tasks.clone());
        Some(Closing { current, listener, tasks })
    }

    /// Carries the first client that comes, and then no other; `None` if the
    /// bridge drained first. The listener is closed as soon as it is there.
    pub async fn run_once(mut self) -> Option<Verdict> {
        let (place, incoming) = self.next().await?;
        drop(self.post);
        Some(connection::run(self.current, incoming, place, Instant::now()).await)
    }

    /// Waits for the next client, whatever goes wrong meanwhile, and does what
    /// it is told; `None` once the bridge drains.
    async fn next(&mut self) -> Option<(Standing, Incoming)> {
        let draining = self.current.shared().draining.clone();
        let (mut pause, mut not_before) = (FIRST_PAUSE, None);
        loop {
            let Self { current, post, orders, .. } = self;
            let came = tokio::select! {
                biased;
                () = draining.cancelled() => return None,
                Some(order) = orders.recv() => {
                    self.obey(order).await;
                    // What was wrong may be so no more.
                    (pause, not_before) = (FIRST_PAUSE, None);
                    continue;
                }
                came = client(current, post, not_before) => came,
            };
            let error = match came {
                Ok(client) => return Some(client),
                Err(error) => error,
            };
            let shared = self.current.shared();
            shared.metrics.accept_error();
            let bridge = &*shared.name;
            tracing::warn!(bridge, %error, "accept failed; trying again in {pause:?}");
            not_before = Some(Instant::now() + pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn obey(&mut self, order: Order) {
        match order {
            Order::Move(listener) => {
                self.close();
                self.post = Post::At(*listener);
            }
            Order::Adapt(listen) => {
                if let Post::At(listener) = &mut self.post {
                    listener.adapt(&listen);
                }
            }
            Order::HandOver(to) => {
                // It may be on its way here itself: a reload or two ago it was
                // promised to us.
                self.post.listener(&self.current).await;
                if let Post::At(listener) = self.post.leave() {
                    // Who was to have it runs as long as we do.
                    let _ = to.send(listener);
                }
            }
            Order::TakeOver(from) => {
                self.close();
                self.post = Post::Awaits(from);
            }
        }
    }

    /// Closes the listener, beside all else: to let in who waits there may take
    /// a moment.
    fn close(&mut self) {
        if let Some(closing) = self.closing() {
            self.tasks.spawn(closing.run());
        }
    }
}

/// A client has come: it has a task of its own from here on.
pub(super) fn begin(
    current: &Arc<Current>,
    tasks: &TaskTracker,
    place: Standing,
    incoming: Incoming,
) {
    tasks.spawn(connection::run(Arc::clone(current), incoming, place, Instant::now()));
}

/// Cancelling loses nobody.
async fn client(
    current: &Current,
    post: &mut Post,
    not_before: Option<Instant>,
) -> std::io::Result<(Standing, Incoming)> {
    if let Some(time) = not_before {
        sleep_until(time).await;
    }
    let Some(listener) = post.listener(current).await else { return std::future::pending().await };
    let place = place(&current.shared(), listener).await?;
    let incoming = listener.accept().await?;
    Ok((place, incoming))
}

/// Waits for a place, and meanwhile counts who has to wait with us.
pub(super) async fn place(shared: &Shared, listener: &Listener) -> std::io::Result<Standing> {
    let places = &shared.places;
    let place = async {
        if shared.admission.takes_time() { places.door().await } else { places.own().await }
    };
    tokio::select! {
        biased;
        place = place => place.map_err(std::io::Error::other),
        never = count_held_back(shared, listener) => match never {},
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

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
use super::current::{Current, OpenDoor};
use super::places::Standing;
use super::{Shared, Verdict, connection};
use crate::endpoint::{Incoming, Listener};
use crate::sys::shortage::is_shortage;
use crate::telemetry::metrics::WaitingGuard;

/// The pause after an accept that failed, at first and at last.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How often the system's queue is looked at while nobody is accepted.
const LOOK_AT_QUEUE: Duration = Duration::from_millis(100);
/// More held back clients than this are counted as this many.
const MOST_COUNTED: usize = 1024;

/// A listener, and the settings for who comes to it.
#[derive(Debug)]
pub(super) struct Door {
    pub listener: Listener,
    /// Those of now are newer, perhaps ([`Current::at_door_of`]).
    pub shared: Arc<Shared>,
    pub _open: OpenDoor,
}

/// What a running accept loop can be told.
#[derive(Debug)]
pub(super) enum Order {
    /// Listen here from now on, and no more where it did.
    Move(Box<Door>),
    /// The same socket goes on under these settings.
    Adapt(Arc<Shared>),
    /// Give the listener away, and wait for another one or the end.
    HandOver(oneshot::Sender<Listener>),
    /// Listen from now on where another bridge did, which gives its listener
    /// away, and no more where it did itself.
    TakeOver(Awaited),
}

/// A listener that another bridge was told to give away, and does so soon.
#[derive(Debug)]
pub(super) struct Awaited {
    pub listener: oneshot::Receiver<Listener>,
    pub shared: Arc<Shared>,
    pub open: OpenDoor,
}

/// Where an accept loop has its clients from.
#[derive(Debug)]
pub(super) enum Post {
    /// It listens there.
    At(Door),
    /// It is going to.
    Awaits(Awaited),
    /// It has given its own away.
    Nowhere,
}

impl Post {
    /// The listener, if there is to be one; waits for one that comes. Cancelling
    /// loses nothing.
    async fn door(&mut self) -> Option<&mut Door> {
        if let Self::Awaits(Awaited { listener, .. }) = self {
            let listener = listener.await;
            if let Self::Awaits(awaited) = self.leave() {
                *self = awaited.came(listener.ok());
            }
        }
        match self {
            Self::At(door) => Some(door),
            _ => None,
        }
    }

    fn leave(&mut self) -> Self {
        std::mem::replace(self, Self::Nowhere)
    }
}

impl Door {
    /// From now on in the metrics.
    pub fn shown(self) -> Self {
        if let Some(instances) = self.listener.pipe_instances() {
            self.shared.metrics.watch_pipe_instances(instances);
        }
        self
    }
}

impl Awaited {
    /// What there is now; nothing if whoever had it has panicked, and has said so.
    fn came(self, listener: Option<Listener>) -> Post {
        let Self { shared, open, .. } = self;
        let Some(mut listener) = listener else {
            let bridge = &*shared.name;
            tracing::error!(bridge, "its listener was lost while it was handed over; restart");
            return Post::Nowhere;
        };
        listener.adapt(&shared.config.listen);
        Post::At(Door { listener, shared, _open: open }.shown())
    }
}

/// A client that has come, with a place, and the settings that it came under.
pub(super) struct Client {
    shared: Arc<Shared>,
    place: Standing,
    incoming: Incoming,
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
        while let Some(client) = self.next().await {
            begin(&self.current, &self.tasks, client);
        }
        // Whoever was promised the listener before gets it all the same.
        while let Ok(order) = self.orders.try_recv() {
            self.obey(order).await;
        }
        self.post.door().await;
        if let Some(closing) = self.closing() {
            closing.run().await;
        }
    }

    /// The listener that it has, to be closed.
    fn closing(&mut self) -> Option<Closing> {
        let Post::At(door) = self.post.leave() else { return None };
        let (current, tasks) = (Arc::clone(&self.current), self.tasks.clone());
        Some(Closing { current, door, tasks })
    }

    /// Carries the first client that comes, and then no other; `None` if the
    /// bridge drained first. The listener is closed as soon as it is there.
    pub async fn run_once(mut self) -> Option<Verdict> {
        let Client { shared, place, incoming } = self.next().await?;
        drop(self.post);
        Some(connection::run(self.current, shared, incoming, place, Instant::now()).await)
    }

    /// Waits for the next client, whatever goes wrong meanwhile, and does what
    /// it is told; `None` once the bridge drains.
    async fn next(&mut self) -> Option<Client> {
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
            if is_shortage(&error) && shared.admission.takes_time() {
                // Whoever keeps silent at the door has some of it.
                shared.places.turns().end_oldest();
            }
            let bridge = &*shared.name;
            tracing::warn!(bridge, %error, "accept failed; trying again in {pause:?}");
            not_before = Some(Instant::now() + pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn obey(&mut self, order: Order) {
        // Ours may be on its way here itself: a reload or two ago it was
        // promised to us.
        self.post.door().await;
        match order {
            Order::Move(door) => {
                self.close().await;
                self.post = Post::At(door.shown());
            }
            Order::Adapt(shared) => {
                if let Post::At(door) = &mut self.post {
                    door.listener.adapt(&shared.config.listen);
                    door.shared = shared;
                }
            }
            Order::HandOver(to) => {
                if let Post::At(door) = self.post.leave() {
                    door.shared.metrics.forget_pipe_instances();
                    // Who is to have it runs as long as we do.
                    let _ = to.send(door.listener);
                }
            }
            Order::TakeOver(awaited) => {
                self.close().await;
                self.post = Post::Awaits(awaited);
            }
        }
    }

    /// Closes the listener, beside all else: to let in who waits there may take
    /// a moment. Who is there now comes first: this loop is about to take a place
    /// for who comes next.
    async fn close(&mut self) {
        if let Some(mut closing) = self.closing() {
            closing.take_queue().await;
            self.tasks.spawn(closing.run());
        }
    }
}

/// The client has a task of its own from here on.
pub(super) fn begin(current: &Arc<Current>, tasks: &TaskTracker, client: Client) {
    let Client { shared, place, incoming } = client;
    let current = Arc::clone(current);
    tasks.spawn(connection::run(current, shared, incoming, place, Instant::now()));
}

/// Cancelling loses nobody.
async fn client(
    current: &Current,
    post: &mut Post,
    not_before: Option<Instant>,
) -> std::io::Result<Client> {
    if let Some(time) = not_before {
        sleep_until(time).await;
    }
    let Some(door) = post.door().await else { return std::future::pending().await };
    let place = place(&current.at_door_of(&door.shared), &door.listener).await?;
    take(current, door, place).await
}

/// Waits for a client, which has this place. Cancelling loses nobody.
pub(super) async fn take(
    current: &Current,
    door: &mut Door,
    place: Standing,
) -> std::io::Result<Client> {
    let incoming = door.listener.accept().await?;
    Ok(Client { shared: current.at_door_of(&door.shared), place, incoming })
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

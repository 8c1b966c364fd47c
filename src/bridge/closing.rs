//! Closes a listener that still has clients in its queue.
//!
//! The system has connected them already: they were let in before, and would be
//! reset. Nothing may come between the last look at the queue and the close.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tokio_util::task::TaskTracker;

use super::accept::{Door, begin, place, take};
use super::current::Current;

/// Clients taken from the system's queue before it goes: more than it holds, and
/// still an end where they come faster than they are taken.
const MOST_LATE: usize = 8192;
/// While some may still get into the queue, it is looked at so often.
const LOOK_AGAIN: Duration = Duration::from_millis(10);
/// Whoever is in the queue is there at once, unless it has left meanwhile.
const LONGEST_LATE: Duration = Duration::from_millis(100);
/// What the system lacks to let one in, descriptors mostly, may be there again
/// by then.
const LONGEST_SHORTAGE: Duration = Duration::from_secs(1);

/// A listener that is to be closed.
pub(super) struct Closing {
    pub current: Arc<Current>,
    pub door: Door,
    pub tasks: TaskTracker,
}

impl Closing {
    /// Takes in whom the system has connected already, then closes. Ends when
    /// nobody waits, or the limit of connections holds them back.
    pub async fn run(mut self) {
        let settled = Instant::now() + self.door.listener.hold_off();
        loop {
            self.take_queue().await;
            if Instant::now() >= settled {
                return;
            }
            sleep(LOOK_AGAIN).await;
        }
    }

    /// Lets in who waits now.
    pub async fn take_queue(&mut self) {
        let mut failing: Option<Instant> = None;
        let Self { current, door, tasks } = self;
        let shared = current.at_door_of(&door.shared);
        for _ in 0..MOST_LATE {
            if door.listener.queue_outlives_it() || door.listener.queued() == 0 {
                return;
            }
            let place = timeout(Duration::ZERO, place(&shared, &door.listener)).await;
            let Ok(Ok(place)) = place else { return };
            match timeout(LONGEST_LATE, take(current, door, place)).await {
                Ok(Ok(client)) => {
                    failing = None;
                    begin(current, tasks, client);
                }
                Ok(Err(_)) => {
                    shared.metrics.accept_error();
                    if failing.get_or_insert_with(Instant::now).elapsed() >= LONGEST_SHORTAGE {
                        return;
                    }
                    sleep(LOOK_AGAIN).await;
                }
                Err(_) => return,
            }
        }
    }
}

//! How many may be here at a time.
//!
//! A connection has a place among those of its bridge and among those of all
//! bridges. A client that still has to prove who it is has neither, but one of
//! the places in front of the door: whoever only connects and keeps silent
//! shuts out nobody who is let in already.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

use super::turns::Turns;

/// Clients of a bridge that may be in a handshake, or wait after it.
const AT_THE_DOOR: usize = 1024;

/// A number of places that can change while they are taken.
#[derive(Debug)]
pub struct Seats {
    free: Arc<Semaphore>,
    /// So many of those that are taken are gone when they come free.
    owed: Arc<AtomicUsize>,
    most: Mutex<usize>,
}

/// A place that was taken; free again when dropped.
#[derive(Debug)]
pub(super) struct Place {
    permit: Option<OwnedSemaphorePermit>,
    owed: Arc<AtomicUsize>,
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(permit) = self.permit.take()
            && pay(&self.owed)
        {
            permit.forget();
        }
    }
}

/// Takes one from what is owed, if anything is.
fn pay(owed: &AtomicUsize) -> bool {
    owed.fetch_update(Ordering::AcqRel, Ordering::Acquire, |owed| owed.checked_sub(1)).is_ok()
}

impl Seats {
    /// So many, none of them taken.
    pub fn new(most: usize) -> Self {
        let most = most.min(Semaphore::MAX_PERMITS);
        Self { free: Arc::new(Semaphore::new(most)), owed: Arc::default(), most: Mutex::new(most) }
    }

    /// From now on `most`. Nobody loses a place: where more are taken than there
    /// are to be, those that come free are gone, whoever waits for one.
    pub fn resize(&self, most: usize) {
        let most = most.min(Semaphore::MAX_PERMITS);
        let mut now = self.most.lock().unwrap_or_else(PoisonError::into_inner);
        let was = std::mem::replace(&mut *now, most);
        if most >= was {
            let more = (was..most).filter(|_| !pay(&self.owed)).count();
            self.free.add_permits(more);
            return;
        }
        self.owed.fetch_add(was - most, Ordering::AcqRel);
        // Those that are free go at once.
        while pay(&self.owed) {
            if self.free.forget_permits(1) == 0 {
                self.owed.fetch_add(1, Ordering::AcqRel);
                return;
            }
        }
    }

    async fn take(&self) -> Result<Place, AcquireError> {
        let permit = Arc::clone(&self.free).acquire_owned().await?;
        Ok(Place { permit: Some(permit), owed: Arc::clone(&self.owed) })
    }
}

/// The places of a bridge.
#[derive(Debug)]
pub(super) struct Places {
    door: Seats,
    turns: Turns,
    own: Seats,
    total: Arc<Seats>,
}

/// Where a client stands.
pub(super) enum Standing {
    /// In front of the door.
    Door(Place),
    /// Among the bridge's connections.
    Own(Place),
}

impl Places {
    /// `most` of this bridge; `total` is shared by all of them.
    pub fn new(most: usize, total: Arc<Seats>) -> Self {
        let (door, turns) = (Seats::new(AT_THE_DOOR), Turns::default());
        Self { door, turns, own: Seats::new(most), total }
    }

    /// From now on `most` of this bridge.
    pub fn resize(&self, most: usize) {
        self.own.resize(most);
    }

    /// Waits for a place in front of the door.
    pub async fn door(&self) -> Result<Standing, AcquireError> {
        self.door.take().await.map(Standing::Door)
    }

    /// Of those who stand in front of the door and are not admitted yet.
    pub fn turns(&self) -> &Turns {
        &self.turns
    }

    /// Waits for a place among the bridge's connections.
    pub async fn own(&self) -> Result<Standing, AcquireError> {
        self.own.take().await.map(Standing::Own)
    }

    /// Waits until a client that stands there may be carried: a place among the
    /// bridge's connections, and one among those of all bridges. The latter is
    /// taken after the client is there: a bridge that only waits for one must
    /// not hold a place back from the others.
    pub async fn step_in(&self, from: Standing) -> Result<[Place; 2], AcquireError> {
        let (own, _door) = match from {
            Standing::Own(place) => (place, None),
            Standing::Door(door) => (self.own.take().await?, Some(door)),
        };
        Ok([own, self.total.take().await?])
    }
}

#[cfg(test)]
mod tests;

//! How many may be here at a time.
//!
//! A connection has a place among those of its bridge and among those of all
//! bridges. A client that still has to prove who it is has neither, but one of
//! the places in front of the door: whoever only connects and keeps silent
//! shuts out nobody who is let in already.

use std::sync::Arc;

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

/// Clients of a bridge that may be in a handshake, or wait after it.
const AT_THE_DOOR: usize = 1024;

/// The places of a bridge.
#[derive(Debug)]
pub(super) struct Places {
    door: Arc<Semaphore>,
    own: Arc<Semaphore>,
    total: Arc<Semaphore>,
}

/// A place that was taken; free again when dropped.
pub(super) type Place = OwnedSemaphorePermit;

impl Places {
    /// `most` of this bridge; `total` is shared by all of them.
    pub fn new(most: usize, total: Arc<Semaphore>) -> Self {
        let own = Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)));
        Self { door: Arc::new(Semaphore::new(AT_THE_DOOR)), own, total }
    }

    /// Waits for a place in front of the door.
    pub async fn door(&self) -> Result<Place, AcquireError> {
        Arc::clone(&self.door).acquire_owned().await
    }

    /// Waits for a place among the bridge's connections.
    pub async fn own(&self) -> Result<Place, AcquireError> {
        Arc::clone(&self.own).acquire_owned().await
    }

    /// Waits for a place among the connections of all bridges. Taken after the
    /// client is there: a bridge that only waits for one must not hold a place
    /// back from the others.
    pub async fn total(&self) -> Result<Place, AcquireError> {
        Arc::clone(&self.total).acquire_owned().await
    }
}

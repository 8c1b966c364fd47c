//! How many instances of a pipe there are, and how many there may be.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The instances of one listener.
#[derive(Debug)]
pub struct Instances {
    limit: Arc<Semaphore>,
    open: Arc<AtomicU32>,
}

/// What one instance holds.
#[derive(Debug)]
pub struct Ticket {
    /// Until just before its handle is closed: so none is counted that is gone.
    pub counted: Counted,
    /// Until its handle is closed for good: so no more are made than may be.
    pub place: Option<OwnedSemaphorePermit>,
}

/// One instance that counts.
#[derive(Debug)]
pub struct Counted(Arc<AtomicU32>);

impl Instances {
    /// At most so many; `None` is as many as the system gives.
    pub fn new(most: Option<u8>) -> Self {
        let most = most.map_or(Semaphore::MAX_PERMITS, usize::from);
        Self { limit: Arc::new(Semaphore::new(most)), open: Arc::default() }
    }

    /// How many there are; goes on counting when the listener has gone.
    pub fn open(&self) -> Arc<AtomicU32> {
        Arc::clone(&self.open)
    }

    /// Waits until there may be one more.
    pub fn ticket(&self) -> impl Future<Output = Ticket> + Send + use<> {
        let (limit, open) = (Arc::clone(&self.limit), Arc::clone(&self.open));
        async move {
            // The semaphore is never closed.
            let place = limit.acquire_owned().await.ok();
            open.fetch_add(1, Ordering::Relaxed);
            Ticket { counted: Counted(open), place }
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

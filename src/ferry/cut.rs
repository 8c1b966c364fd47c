//! The switch that cuts a connection off, and what it has carried so far.
//!
//! A connection looks at its switch each time it wakes, so looking is one load;
//! only registering to be woken takes a lock, once.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// Cuts the connection that watches it. Stays pulled.
#[derive(Debug, Default)]
pub struct Cut {
    pulled: AtomicBool,
    wake: Notify,
    to_target: AtomicU64,
    to_client: AtomicU64,
}

impl Cut {
    /// Cuts whatever watches, now.
    pub fn pull(&self) {
        self.pulled.store(true, Ordering::Release);
        self.wake.notify_waiters();
    }

    /// Whether it has been pulled.
    pub fn is_pulled(&self) -> bool {
        self.pulled.load(Ordering::Acquire)
    }

    /// A future to be polled once so that its task is woken by a pull; whether
    /// it was pulled, [`Cut::is_pulled`] tells.
    pub fn wake(&self) -> Notified<'_> {
        self.wake.notified()
    }

    /// Waits for the pull.
    pub async fn pulled(&self) {
        loop {
            let wake = self.wake.notified();
            tokio::pin!(wake);
            wake.as_mut().enable();
            if self.is_pulled() {
                return;
            }
            wake.await;
        }
    }

    /// Payload bytes so far: to the target, to the client.
    pub fn carried(&self) -> (u64, u64) {
        (self.to_target.load(Ordering::Relaxed), self.to_client.load(Ordering::Relaxed))
    }

    /// Says how much has been carried; only the connection itself does.
    pub(super) fn carry(&self, to_target: u64, to_client: u64) {
        self.to_target.store(to_target, Ordering::Relaxed);
        self.to_client.store(to_client, Ordering::Relaxed);
    }
}

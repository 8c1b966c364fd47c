//! The switch that cuts connections off.
//!
//! Connections look at it each time they wake, so looking is one load; only
//! registering to be woken takes a lock, once a connection.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// Cuts all connections that watch it. Stays pulled.
#[derive(Debug, Default)]
pub struct Cut {
    pulled: AtomicBool,
    wake: Notify,
}

impl Cut {
    /// Cuts everything that watches, now.
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
}

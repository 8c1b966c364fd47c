//! Tells the service manager how the daemon is: sd_notify(3), as systemd and
//! others speak it.
//!
//! Where there is no such manager nothing happens, and where it does not take
//! what is sent the daemon goes on: a datagram is waited for a second at most.
//! Written here and not taken from a crate: those that are small connect to an
//! abstract `@NAME` as if it were a path, or wait for the manager without limit.

mod keep_up;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(all(test, unix))]
mod tests;

use std::ffi::OsString;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

pub(super) use self::keep_up::{STILL_STOPPING, keep_up};
#[cfg(unix)]
use self::unix::{Socket, monotonic};
#[cfg(windows)]
use self::windows::{Socket, monotonic};

/// Whoever started this process as a service, if anybody did.
#[derive(Debug, Clone, Default)]
pub struct ServiceManager {
    socket: Option<Arc<Socket>>,
    /// The daemon has said that it is ready; nothing is told before.
    begun: Arc<AtomicBool>,
    watchdog: Option<Duration>,
}

impl ServiceManager {
    /// The one that the environment of the process `pid` tells of:
    /// NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID.
    pub fn of(variable: impl Fn(&str) -> Option<OsString>, pid: u32) -> Self {
        let Some(address) = variable("NOTIFY_SOCKET").filter(|value| !value.is_empty()) else {
            return Self::default();
        };
        let socket = match Socket::to(&address) {
            Ok(socket) => Some(Arc::new(socket)),
            Err(error) => {
                let socket = address.display();
                tracing::warn!(%socket, %error, "the service manager cannot be told anything");
                None
            }
        };
        Self { socket, begun: Arc::default(), watchdog: watchdog(variable, pid) }
    }

    /// The start is over. The first that is told.
    pub(super) fn started(&self, status: &str) {
        self.begun.store(true, Ordering::Release);
        self.ready(status);
    }

    fn has_begun(&self) -> bool {
        self.begun.load(Ordering::Acquire)
    }

    /// Clients may come; after a reload too, whatever came of it.
    pub(super) fn ready(&self, status: &str) {
        self.send(&format!("READY=1\nSTATUS={status}"));
    }

    /// Another configuration is read.
    pub(super) fn reloading(&self) {
        self.send(&format!("RELOADING=1\nMONOTONIC_USEC={}", monotonic().as_micros()));
    }

    /// It stops, and needs `more` until it says so again.
    pub(super) fn stopping(&self, status: &str, more: Duration) {
        self.send(&format!("STOPPING=1\n{}", stays(status, more)));
    }

    /// It still stops, and needs `more`.
    fn still_stopping(&self, status: &str, more: Duration) {
        self.send(&stays(status, more));
    }

    fn status(&self, status: &str) {
        self.send(&format!("STATUS={status}"));
    }

    fn alive(&self) {
        self.send("WATCHDOG=1");
    }

    fn send(&self, message: &str) {
        let Some(socket) = self.socket.as_ref().filter(|_| self.has_begun()) else { return };
        if let Err(error) = socket.send(message.as_bytes()) {
            tracing::debug!(%error, message, "the service manager was not told");
        }
    }
}

fn stays(status: &str, more: Duration) -> String {
    format!("STATUS={status}\nEXTEND_TIMEOUT_USEC={}", more.as_micros())
}

/// How often the manager wants to hear of us at least; `None` where it does not
/// look, or looks after somebody else.
fn watchdog(variable: impl Fn(&str) -> Option<OsString>, pid: u32) -> Option<Duration> {
    let number = |name| variable(name)?.to_str()?.parse::<u64>().ok();
    let for_us = match variable("WATCHDOG_PID") {
        Some(_) => number("WATCHDOG_PID") == Some(pid.into()),
        None => true,
    };
    number("WATCHDOG_USEC").filter(|usec| for_us && *usec > 0).map(Duration::from_micros)
}

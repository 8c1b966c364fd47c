//! What stops the daemon: the system's signals, or whoever runs it as a service.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::io;
use std::time::Duration;

use tokio::sync::mpsc;

#[cfg(unix)]
use self::unix::Signals;
#[cfg(windows)]
use self::windows::Signals;

/// What SIGHUP means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnHangup {
    /// The terminal or the caller has gone: stop.
    Stop,
    /// To a daemon it means that its configuration has changed.
    GoOn,
}

/// A call to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// What called, for the log.
    pub name: &'static str,
    /// When the system ends this process whatever it does, where it would.
    pub within: Option<Duration>,
}

impl Stop {
    /// One that leaves as much time as the configuration gives.
    pub const fn named(name: &'static str) -> Self {
        Self { name, within: None }
    }
}

/// Where calls to stop come from.
#[derive(Debug)]
pub struct StopSignals(Source);

#[derive(Debug)]
enum Source {
    System(Signals),
    Asked(mpsc::Receiver<Stop>),
}

impl StopSignals {
    /// The system's signals to this process: SIGTERM and SIGINT, or a console's
    /// events. From then on they no longer kill.
    ///
    /// # Errors
    /// The system's.
    pub fn listen(on_hangup: OnHangup) -> io::Result<Self> {
        Ok(Self(Source::System(Signals::listen(on_hangup)?)))
    }

    /// Whoever holds the sender. When that is dropped, nobody stops it.
    pub const fn asked(by: mpsc::Receiver<Stop>) -> Self {
        Self(Source::Asked(by))
    }

    /// Waits for the next one.
    pub async fn next(&mut self) -> Stop {
        match &mut self.0 {
            Source::System(signals) => signals.next().await,
            Source::Asked(by) => match by.recv().await {
                Some(stop) => stop,
                None => std::future::pending().await,
            },
        }
    }
}

#[cfg(test)]
mod tests;

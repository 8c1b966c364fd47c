//! What stops the daemon or reloads it: the system's signals, or whoever runs
//! it as a service.

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
    /// To a daemon it means that its configuration has changed; and so does
    /// SIGUSR1.
    Reload,
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

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// An end.
    Stop(Stop),
    /// A reload; the name of what called, for the log.
    Reload(&'static str),
}

/// Where calls come from.
#[derive(Debug)]
pub struct StopSignals(Source);

#[derive(Debug)]
enum Source {
    System(Signals),
    Asked { stops: mpsc::Receiver<Stop>, reloads: mpsc::Receiver<&'static str> },
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

    /// Whoever holds the senders. Where those are dropped, nobody calls.
    pub const fn asked(stops: mpsc::Receiver<Stop>, reloads: mpsc::Receiver<&'static str>) -> Self {
        Self(Source::Asked { stops, reloads })
    }

    /// Waits for the next one.
    pub async fn next(&mut self) -> Call {
        match &mut self.0 {
            Source::System(signals) => signals.next().await,
            Source::Asked { stops, reloads } => tokio::select! {
                biased;
                Some(stop) = stops.recv() => Call::Stop(stop),
                Some(name) = reloads.recv() => Call::Reload(name),
                else => std::future::pending().await,
            },
        }
    }

    /// Waits for the next call to stop; what else is called is done by `reload`.
    pub async fn next_stop(&mut self, reload: impl Fn(&'static str)) -> Stop {
        loop {
            match self.next().await {
                Call::Stop(stop) => return stop,
                Call::Reload(name) => reload(name),
            }
        }
    }
}

#[cfg(test)]
mod tests;

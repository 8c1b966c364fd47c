//! The signals that stop the daemon.

use std::io;

/// What SIGHUP means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnHangup {
    /// The terminal or the caller has gone: stop.
    Stop,
    /// To a daemon it means that its configuration has changed.
    GoOn,
}

/// SIGTERM and SIGINT, or what the system has in their place.
#[derive(Debug)]
pub struct StopSignals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    hangup: tokio::signal::unix::Signal,
    #[cfg(unix)]
    on_hangup: OnHangup,
    #[cfg(windows)]
    interrupt: tokio::signal::windows::CtrlC,
    #[cfg(windows)]
    shutdown: tokio::signal::windows::CtrlShutdown,
}

#[cfg(unix)]
impl StopSignals {
    /// Starts to listen for them; from then on they no longer kill.
    ///
    /// # Errors
    /// The system's.
    pub fn listen(on_hangup: OnHangup) -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
            on_hangup,
        })
    }

    /// Waits for the next one; its name.
    pub async fn next(&mut self) -> &'static str {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return "SIGTERM",
                _ = self.interrupt.recv() => return "SIGINT",
                _ = self.hangup.recv() => {
                    if self.on_hangup == OnHangup::Stop {
                        return "SIGHUP";
                    }
                    tracing::warn!("SIGHUP: a changed configuration needs a restart");
                }
            }
        }
    }
}

#[cfg(windows)]
impl StopSignals {
    /// Starts to listen for them; from then on they no longer kill.
    ///
    /// # Errors
    /// The system's.
    pub fn listen(_: OnHangup) -> io::Result<Self> {
        use tokio::signal::windows::{ctrl_c, ctrl_shutdown};
        Ok(Self { interrupt: ctrl_c()?, shutdown: ctrl_shutdown()? })
    }

    /// Waits for the next one; its name.
    pub async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "Ctrl-C",
            _ = self.shutdown.recv() => "shutdown",
        }
    }
}

//! The signals that stop the daemon.

use std::io;

/// SIGTERM and SIGINT, or what the system has in their place.
#[derive(Debug)]
pub struct StopSignals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    hangup: tokio::signal::unix::Signal,
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
    pub fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for the next one; its name. A terminal that goes away, or somebody
    /// who expects a reload, stops nothing.
    pub async fn next(&mut self) -> &'static str {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return "SIGTERM",
                _ = self.interrupt.recv() => return "SIGINT",
                _ = self.hangup.recv() => {
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
    pub fn listen() -> io::Result<Self> {
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

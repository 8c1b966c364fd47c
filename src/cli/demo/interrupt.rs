//! The signals that end the demo early, and tidily.

use std::io;

use crate::gateway::StopSignals;

/// Ctrl-C and SIGTERM, and the terminal's end.
#[derive(Debug)]
pub(super) struct Interrupts {
    stop: StopSignals,
    #[cfg(unix)]
    hangup: tokio::signal::unix::Signal,
}

impl Interrupts {
    /// Starts to listen for them; from then on they no longer kill.
    ///
    /// # Errors
    /// The system's.
    pub(super) fn listen() -> io::Result<Self> {
        #[cfg(unix)]
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            stop: StopSignals::listen()?,
            #[cfg(unix)]
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for the next one; its name.
    pub(super) async fn next(&mut self) -> &'static str {
        #[cfg(unix)]
        tokio::select! {
            name = self.stop.next() => name,
            _ = self.hangup.recv() => "SIGHUP",
        }
        #[cfg(not(unix))]
        self.stop.next().await
    }
}

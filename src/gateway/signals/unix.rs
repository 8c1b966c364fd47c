//! SIGTERM, SIGINT, and SIGHUP where it means the end.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{OnHangup, Stop};

#[derive(Debug)]
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
    on_hangup: OnHangup,
}

impl Signals {
    pub fn listen(on_hangup: OnHangup) -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
            on_hangup,
        })
    }

    pub async fn next(&mut self) -> Stop {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return Stop::named("SIGTERM"),
                _ = self.interrupt.recv() => return Stop::named("SIGINT"),
                _ = self.hangup.recv() => {
                    if self.on_hangup == OnHangup::Stop {
                        return Stop::named("SIGHUP");
                    }
                    tracing::warn!("SIGHUP: a changed configuration needs a restart");
                }
            }
        }
    }
}

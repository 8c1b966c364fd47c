//! SIGTERM, SIGINT, and SIGHUP and SIGUSR1 as they are meant.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Call, OnHangup, Stop};

#[derive(Debug)]
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
    /// Only where a hang-up means a reload too: else it kills, as ever.
    user: Option<Signal>,
}

impl Signals {
    pub fn listen(on_hangup: OnHangup) -> io::Result<Self> {
        let reloads = on_hangup == OnHangup::Reload;
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
            user: reloads.then(|| signal(SignalKind::user_defined1())).transpose()?,
        })
    }

    pub async fn next(&mut self) -> Call {
        let reloads = self.user.is_some();
        let user = async {
            match &mut self.user {
                Some(user) => user.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.terminate.recv() => Call::Stop(Stop::named("SIGTERM")),
            _ = self.interrupt.recv() => Call::Stop(Stop::named("SIGINT")),
            _ = self.hangup.recv() => match reloads {
                true => Call::Reload("SIGHUP"),
                false => Call::Stop(Stop::named("SIGHUP")),
            },
            _ = user => Call::Reload("SIGUSR1"),
        }
    }
}

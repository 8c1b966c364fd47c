//! The running daemon: start, drain, readiness, the admin server.
//!
//! Connections run on the runtime that [`Gateway::start`] is called on; the
//! admin server and upkeep have a thread of their own, so that neither can slow
//! the other. All mistakes of a configuration are found before the first
//! listener opens.

pub mod admin;
mod admin_thread;
mod once;
mod prepare;
mod signals;
mod view;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

pub use self::admin_thread::AdminError;
use self::admin_thread::AdminThread;
pub use self::once::carry_one;
pub use self::prepare::{Mistake, Prepared};
pub use self::signals::{OnHangup, Stop, StopSignals};
use self::view::View;
use crate::bridge::{OpenBridge, OpenError, RunningBridge};
use crate::config::Config;
use crate::telemetry::metrics::Exposition;

/// After the cut, connections have so long to write their log lines.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Why the daemon did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Listeners that could not be opened; none of the others stays open.
    #[error("{}", list(.0))]
    Open(Vec<OpenError>),
    /// The admin server.
    #[error(transparent)]
    Admin(#[from] AdminError),
}

fn list(errors: &[OpenError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// How the daemon came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// All connections had ended by themselves.
    Drained,
    /// Some were cut off: at the drain's limit, or by a second signal.
    CutOff,
}

impl Finish {
    /// The word for the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Drained => "drained",
            Self::CutOff => "cut off",
        }
    }
}

/// A running daemon.
#[derive(Debug)]
pub struct Gateway {
    bridges: Vec<RunningBridge>,
    view: Arc<View>,
    admin: AdminThread,
    drain_timeout: Duration,
}

impl Gateway {
    /// Opens every listener, then starts to accept.
    ///
    /// # Errors
    /// [`StartError`]; everything that was opened is closed again.
    pub async fn start(
        config: &Config,
        prepared: Prepared,
        exposition: &Exposition,
    ) -> Result<Self, StartError> {
        let (mut opened, mut failed) = (Vec::new(), Vec::new());
        for bridge in prepared.bridges {
            match bridge.open().await {
                Ok(open) => opened.push(open),
                Err(error) => failed.push(error),
            }
        }
        if !failed.is_empty() {
            return Err(StartError::Open(failed));
        }
        let bridges: Vec<_> = opened.iter().map(OpenBridge::handle).collect();
        prepared.identities.iter().for_each(|identity| {
            if let Some(not_after) = identity.not_after() {
                exposition.certificate_expiry(identity.name(), not_after.cast_signed());
            }
        });
        let view = Arc::new(View::new(bridges.clone(), prepared.identities));
        let admin = AdminThread::start(config.admin.clone(), Arc::clone(&view), exposition.clone());
        let admin = admin.await?;
        opened.into_iter().for_each(OpenBridge::run);
        bridges.iter().for_each(RunningBridge::announce);
        exposition.daemon().limit(config.max_connections);
        exposition.daemon().in_force_since(std::time::SystemTime::now());
        Ok(Self { bridges, view, admin, drain_timeout: config.drain_timeout })
    }

    /// Serves until the first stop signal, then drains: open connections may
    /// finish until the limit, or what the system leaves of it, or a second
    /// signal.
    pub async fn serve(self, mut signals: StopSignals) -> Finish {
        let Stop { name: signal, within } = signals.next().await;
        self.view.set_draining();
        let open = self.open_connections();
        let limit = within.map_or(self.drain_timeout, |within| within.min(self.drain_timeout));
        tracing::info!(signal, open, ?limit, "draining");
        for bridge in &self.bridges {
            bridge.drain();
        }
        let why = tokio::select! {
            () = self.all_gone() => None,
            () = tokio::time::sleep(limit) => Some("the drain's limit"),
            signal = signals.next() => Some(signal.name),
        };
        let finish = match why {
            None => Finish::Drained,
            Some(why) => self.cut(why).await,
        };
        tracing::info!(finish = finish.word(), "stopped");
        self.admin.stop();
        finish
    }

    async fn cut(&self, why: &str) -> Finish {
        tracing::warn!(open = self.open_connections(), why, "cutting off connections");
        for bridge in &self.bridges {
            bridge.cut();
        }
        // Beyond this only the log lines would be missing.
        let _ = timeout(LAST_WORDS, self.all_gone()).await;
        Finish::CutOff
    }

    async fn all_gone(&self) {
        for bridge in &self.bridges {
            bridge.gone().await;
        }
    }

    fn open_connections(&self) -> u64 {
        self.bridges.iter().map(|bridge| bridge.metrics().open_now()).sum()
    }
}

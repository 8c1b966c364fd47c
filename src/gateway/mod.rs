//! The running daemon: start, reload, drain, readiness, the admin server, the
//! control pipe.
//!
//! Connections run on the runtime that [`Gateway::start`] is called on; the
//! admin server, the control pipe, reloads and upkeep have a thread of their
//! own, so that neither can slow the other. All mistakes of a configuration are
//! found before the first listener opens.

pub mod admin;
mod admin_thread;
pub mod control;
mod drain;
mod inspection;
mod mistakes;
mod notify;
mod once;
mod open_connections;
mod prepare;
mod reload;
pub mod sandbox;
mod signals;
mod watch;
mod world;

use std::sync::{Arc, Mutex};

use tokio::runtime::Handle;
use tokio::time::timeout;

pub use self::admin_thread::AdminError;
use self::admin_thread::{AdminThread, Duties};
use self::control::Desk;
use self::drain::LAST_WORDS;
pub use self::inspection::ThisMachine;
pub use self::mistakes::{Mistake, Mistakes};
use self::notify::STILL_STOPPING;
pub use self::notify::ServiceManager;
pub use self::once::carry_one;
pub use self::prepare::Prepared;
pub use self::reload::{Refusal, Reloaded, Source};
use self::reload::{Reloader, Reloads};
use self::sandbox::Sandbox;
pub use self::signals::{Call, OnHangup, Stop, StopSignals};
use self::world::World;
use crate::bridge::{OpenBridge, OpenError, RunningBridge};
use crate::config::Config;
#[cfg(unix)]
use crate::config::Listen;
use crate::endpoint::{Occupied, bind_hint};
use crate::telemetry::metrics::Exposition;

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

impl StartError {
    /// Each mistake, its cause under it, then what to do.
    pub fn in_sentences(&self) -> String {
        match self {
            Self::Open(errors) => {
                errors.iter().map(OpenError::in_sentences).collect::<Vec<_>>().join("\n")
            }
            Self::Admin(AdminError::Bind { address, source }) => {
                let hint = bind_hint(source).map(|hint| format!("\n  hint: {hint}"));
                let hint = hint.unwrap_or_default();
                format!(
                    "error: the admin server cannot listen on {address}\n  because {source}{hint}"
                )
            }
            Self::Admin(error) => format!("error: {error}"),
        }
    }
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
    world: Arc<World>,
    admin: AdminThread,
    reloads: Reloads,
    manager: ServiceManager,
}

/// What a start is told beside its configuration.
#[derive(Debug, Default)]
pub struct Launch {
    /// Who wants to hear how it goes.
    pub manager: ServiceManager,
    /// Whether it takes the place of one that runs.
    pub occupied: Occupied,
}

impl Gateway {
    /// Opens every listener, then starts to accept. Without a `source` nothing
    /// can be reloaded.
    ///
    /// # Errors
    /// [`StartError`]; everything that was opened is closed again.
    pub async fn start(
        config: &Config,
        source: Option<Source>,
        sandbox: Sandbox,
        prepared: Prepared,
        exposition: &Exposition,
        launch: Launch,
    ) -> Result<Self, StartError> {
        let Launch { manager, occupied } = launch;
        let Prepared { identities, bridges, total, seen } = prepared;
        let opened = open(bridges, occupied).await?;
        warn_of_unused(config);
        let bridges: Vec<_> = opened.iter().map(OpenBridge::handle).collect();
        let world =
            Arc::new(World::new(config.clone(), bridges.clone(), identities, sandbox.clone()));
        world.show_certificates(exposition);
        let (reloads, requests) = Reloads::channel();
        let reloader = source.map(|source| Reloader {
            world: Arc::clone(&world),
            source,
            sandbox,
            exposition: exposition.clone(),
            runtime: Handle::current(),
            total,
            tried: Mutex::new(seen),
            manager: manager.clone(),
        });
        let admin = AdminThread::start(Duties {
            admin: config.admin.clone(),
            control: config.control.clone(),
            occupied,
            world: Arc::clone(&world),
            exposition: exposition.clone(),
            desk: Desk { world: Arc::clone(&world), reloads: reloads.clone() },
            reloader,
            requests,
            manager: manager.clone(),
            runtime: Handle::current(),
        });
        let admin = admin.await?;
        opened.into_iter().for_each(OpenBridge::run);
        bridges.iter().for_each(RunningBridge::announce);
        exposition.daemon().limit(config.max_connections);
        exposition.daemon().in_force_since(std::time::SystemTime::now());
        manager.started(&world.in_a_line());
        Ok(Self { world, admin, reloads, manager })
    }

    /// Serves until the first stop signal, then drains: open connections may
    /// finish until the limit, or what the system leaves of it, or a second
    /// signal.
    pub async fn serve(self, mut signals: StopSignals) -> Finish {
        let reload = |name| self.reloads.ask(name);
        let Stop { name: signal, within } = signals.next_stop(reload).await;
        let bridges = self.world.begin_draining();
        let limit = self.world.lock().config.drain_timeout;
        let limit = within.map_or(limit, |within| within.min(limit));
        tracing::info!(signal, open = open_connections(&bridges), ?limit, "draining");
        self.manager.stopping(&self.world.in_a_line(), STILL_STOPPING);
        bridges.iter().for_each(RunningBridge::drain);
        let why = tokio::select! {
            () = all_gone(&bridges) => None,
            () = tokio::time::sleep(limit) => Some("the drain's limit"),
            stop = signals.next_stop(reload) => Some(stop.name),
        };
        let finish = match why {
            None => Finish::Drained,
            Some(why) => cut(&bridges, why).await,
        };
        tracing::info!(finish = finish.word(), "stopped");
        self.admin.stop();
        finish
    }
}

/// Whoever connects to a socket that nobody serves waits, and is not refused.
fn warn_of_unused(config: &Config) {
    #[cfg(unix)]
    for name in crate::endpoint::handed_names() {
        let takes =
            |listen: &Listen| matches!(listen, Listen::Handed(end) if end.name.as_str() == name);
        if !config.bridges.iter().any(|bridge| takes(&bridge.listen)) {
            tracing::warn!(name, "a socket was handed over, and no bridge listens on it");
        }
    }
    #[cfg(windows)]
    let _ = config;
}

async fn open(
    bridges: Vec<crate::bridge::Bridge>,
    occupied: Occupied,
) -> Result<Vec<OpenBridge>, StartError> {
    let (mut opened, mut failed) = (Vec::new(), Vec::new());
    let mut all: Vec<_> = bridges.into_iter().enumerate().collect();
    // Stable. What is taken over cannot be given back, so that comes last, and
    // only if nothing else stands in the way.
    all.sort_by_key(|(_, bridge)| bridge.has_a_socket_file());
    for (at, bridge) in all {
        if occupied == Occupied::TakeOver && bridge.has_a_socket_file() && !failed.is_empty() {
            continue;
        }
        match bridge.open(occupied).await {
            Ok(open) => opened.push((at, open)),
            Err(error) => failed.push(error),
        }
    }
    if !failed.is_empty() {
        return Err(StartError::Open(failed));
    }
    opened.sort_by_key(|(at, _)| *at);
    Ok(opened.into_iter().map(|(_, open)| open).collect())
}

/// What is not carried yet is called off; that cuts nobody.
async fn cut(bridges: &[RunningBridge], why: &str) -> Finish {
    let open = open_connections(bridges);
    if open > 0 {
        tracing::warn!(open, why, "cutting off connections");
    }
    bridges.iter().for_each(RunningBridge::cut);
    // Beyond this only the log lines would be missing.
    let _ = timeout(LAST_WORDS, all_gone(bridges)).await;
    if open > 0 { Finish::CutOff } else { Finish::Drained }
}

async fn all_gone(bridges: &[RunningBridge]) {
    for bridge in bridges {
        bridge.gone().await;
    }
}

fn open_connections(bridges: &[RunningBridge]) -> usize {
    bridges.iter().map(RunningBridge::open_now).sum()
}

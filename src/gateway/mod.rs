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
mod open;
mod open_connections;
mod prepare;
mod reload;
pub mod sandbox;
mod signals;
mod watch;
mod world;

use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use tokio::runtime::Handle;

pub use self::admin_thread::AdminError;
use self::admin_thread::{AdminThread, Duties};
use self::control::Desk;
pub use self::drain::Finish;
use self::drain::{count_open, drain_all};
pub use self::inspection::ThisMachine;
pub use self::mistakes::{Mistake, Mistakes};
use self::notify::STILL_STOPPING;
pub use self::notify::ServiceManager;
pub use self::once::carry_one;
pub use self::open::StartError;
use self::open::{open, warn_of_unused};
pub use self::prepare::Prepared;
pub use self::reload::{Refusal, Reloaded, Source};
use self::reload::{Reloader, Reloads};
use self::sandbox::Sandbox;
pub use self::signals::{Call, OnHangup, Stop, StopSignals};
use self::world::World;
use crate::bridge::{OpenBridge, RunningBridge};
use crate::config::Config;
use crate::endpoint::Occupied;
use crate::telemetry::metrics::{DaemonMetrics, Exposition};

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
        let Prepared { identities, bridges, total, seen, admin: _ } = prepared;
        let opened = open(bridges, occupied).await?;
        warn_of_unused(config);
        let bridges = opened.iter().map(OpenBridge::handle).collect();
        let world = Arc::new(World::new(config.clone(), bridges, identities, sandbox.clone()));
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
        let gateway = Self { admin: admin.await?, world, reloads, manager };
        gateway.begin(opened, exposition.daemon());
        Ok(gateway)
    }

    /// Lets clients in, and says so to whoever wants to hear it.
    fn begin(&self, opened: Vec<OpenBridge>, metrics: &DaemonMetrics) {
        opened.into_iter().for_each(OpenBridge::run);
        {
            let now = self.world.lock();
            now.bridges.iter().for_each(RunningBridge::announce);
            metrics.limit(now.config.max_connections);
        }
        metrics.in_force_since(SystemTime::now());
        self.manager.started(&self.world.in_a_line());
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
        tracing::info!(signal, open = count_open(&bridges), ?limit, "draining");
        self.manager.stopping(&self.world.in_a_line(), STILL_STOPPING);
        let second = async { signals.next_stop(reload).await.name };
        let finish = drain_all(&bridges, limit, second).await;
        tracing::info!(finish = finish.word(), "stopped");
        self.admin.stop();
        finish
    }
}

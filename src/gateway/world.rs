//! What runs now: the bridges, the configuration that is in force, how the last
//! reload went.
//!
//! A reload swaps it in one step, under one lock that nobody holds for long and
//! never across a wait.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

use super::admin::status::{
    BridgeState, BridgeStatus, GatewayState, IdentityStatus, Readiness, ReloadStatus, Status,
    Traffic,
};
use super::admin::{AdminView, Meter, OpenConnections};
use super::open_connections::newest_and_busiest;
use super::sandbox::Sandbox;
use crate::bridge::RunningBridge;
use crate::config::{AdminListen, Config, TlsListen};
use crate::telemetry::metrics::Exposition;
use crate::tls::{Identities, Identity};

/// The longest line for the service manager, in characters.
const LONGEST_LINE: usize = 400;

/// What runs now.
#[derive(Debug)]
pub(super) struct World {
    started: Instant,
    sandbox: Sandbox,
    now: Mutex<Now>,
}

/// What a reload swaps.
#[derive(Debug)]
pub(super) struct Now {
    /// What is in force: where a restart is needed, still the old.
    pub config: Config,
    /// In the order of the configuration.
    pub bridges: Vec<RunningBridge>,
    /// Those that no configuration names any more, until the last of their
    /// connections is gone.
    pub leaving: Vec<RunningBridge>,
    pub identities: Identities,
    /// The whole gateway is stopping.
    pub draining: bool,
    pub reload: Option<LastReload>,
}

/// How the last reload went.
#[derive(Debug, Clone)]
pub(super) struct LastReload {
    pub at: SystemTime,
    pub trigger: String,
    /// The first sentence of what was wrong; `None`: it is in force.
    pub error: Option<String>,
}

impl Now {
    /// All bridges that have connections, perhaps.
    fn all(&self) -> impl Iterator<Item = &RunningBridge> {
        self.bridges.iter().chain(&self.leaving)
    }
}

impl World {
    /// Of a gateway whose listeners are all open.
    pub fn new(
        config: Config,
        bridges: Vec<RunningBridge>,
        identities: Identities,
        sandbox: Sandbox,
    ) -> Self {
        let (leaving, draining, reload) = (Vec::new(), false, None);
        let now = Mutex::new(Now { config, bridges, leaving, identities, draining, reload });
        Self { started: Instant::now(), sandbox, now }
    }

    /// What runs; not to be held across a wait.
    pub fn lock(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on the gateway is not ready, and no reload comes into force.
    /// Gives all bridges that there will ever be.
    pub fn begin_draining(&self) -> Vec<RunningBridge> {
        let mut now = self.lock();
        now.draining = true;
        now.all().cloned().collect()
    }

    /// All bridges that have connections, perhaps.
    pub fn all_bridges(&self) -> Vec<RunningBridge> {
        self.lock().all().cloned().collect()
    }

    /// What it does, in one line for the service manager.
    pub fn in_a_line(&self) -> String {
        let now = self.lock();
        let open = now.all().map(RunningBridge::open_now).sum();
        let connections = counted(open, "open connection");
        if now.draining {
            return format!("Draining: {connections}");
        }
        let drained = now.bridges.iter().filter(|bridge| bridge.is_draining()).count();
        let mut line = counted(now.bridges.len(), "bridge");
        if drained > 0 {
            line.push_str(&format!(" ({drained} drained)"));
        }
        line.push_str(&format!(", {connections}"));
        if let Some(error) = now.reload.as_ref().and_then(|last| last.error.as_deref()) {
            line.push_str(&format!("; the last reload failed: {error}"));
        }
        // One line is one line, whatever a file's name may hold.
        line.chars().filter(|c| !c.is_control()).take(LONGEST_LINE).collect()
    }

    /// Shows in the metrics when certificates end.
    pub fn show_certificates(&self, exposition: &Exposition) {
        let now = self.lock();
        exposition.certificates(now.identities.iter().filter_map(|identity| {
            Some((identity.name().to_owned(), identity.not_after()?.cast_signed()))
        }));
    }
}

impl AdminView for World {
    /// Not ready either when every bridge was drained by hand.
    fn ready(&self) -> Readiness {
        let now = self.lock();
        let mut reasons = Vec::new();
        if now.draining {
            reasons.push("draining".to_owned());
        } else if now.bridges.iter().all(RunningBridge::is_draining) {
            reasons.push("all bridges are drained".to_owned());
        }
        Readiness { reasons }
    }

    fn status(&self) -> Status {
        let now = self.lock();
        let time = SystemTime::now();
        let state = if now.draining { GatewayState::Draining } else { GatewayState::Running };
        let identities = now.identities.iter().filter_map(|identity| {
            let not_after = identity.not_after()?.cast_signed();
            Some(IdentityStatus::new(identity.name(), not_after, time))
        });
        Status {
            version: env!("CARGO_PKG_VERSION"),
            uptime_seconds: self.started.elapsed().as_secs(),
            state,
            bridges: now.all().map(bridge_status).collect(),
            identities: identities.collect(),
            last_reload: now
                .reload
                .as_ref()
                .map(|last| ReloadStatus::new(last.at, last.trigger.clone(), last.error.clone())),
            sandbox: Some(self.sandbox.status().clone()),
        }
    }

    fn tls(&self) -> Option<(Arc<Identity>, Box<TlsListen>)> {
        let now = self.lock();
        let AdminListen::Tls(tls) = &now.config.admin.as_ref()?.listen else { return None };
        Some((Arc::clone(now.identities.get(&tls.identity)?), tls.clone()))
    }

    fn connections(&self, each: usize) -> OpenConnections {
        newest_and_busiest(&self.all_bridges(), each)
    }

    fn meters(&self) -> Vec<(String, Meter)> {
        let meter = |one: &RunningBridge| (one.name().to_owned(), Meter::of(&one.metrics()));
        self.lock().all().map(meter).collect()
    }
}

fn counted(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

fn bridge_status(bridge: &RunningBridge) -> BridgeStatus {
    let state = if bridge.is_draining() { BridgeState::Closed } else { BridgeState::Listening };
    BridgeStatus {
        name: bridge.name().to_owned(),
        mode: bridge.mode().word(),
        listen: bridge.address(),
        connect: bridge.target(),
        targets: bridge.targets().into_iter().map(Into::into).collect(),
        state,
        error: None,
        traffic: Traffic::of(&bridge.metrics()),
    }
}

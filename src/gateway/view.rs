//! The running gateway as the admin server may see it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Instant, SystemTime};

use super::admin::AdminView;
use super::admin::status::{
    BridgeState, BridgeStatus, GatewayState, IdentityStatus, Readiness, Status, Traffic, mode_word,
};
use crate::bridge::RunningBridge;
use crate::tls::Identities;

/// A view on the bridges that run.
#[derive(Debug)]
pub(super) struct View {
    started: Instant,
    bridges: Vec<RunningBridge>,
    identities: Identities,
    draining: AtomicBool,
}

impl View {
    /// Of a gateway whose listeners are all open.
    pub fn new(bridges: Vec<RunningBridge>, identities: Identities) -> Self {
        Self { started: Instant::now(), bridges, identities, draining: AtomicBool::new(false) }
    }

    /// From now on the gateway is not ready.
    pub fn set_draining(&self) {
        self.draining.store(true, Ordering::Release);
    }

    fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }
}

impl AdminView for View {
    fn ready(&self) -> Readiness {
        let reasons = if self.is_draining() { vec!["draining".to_owned()] } else { Vec::new() };
        Readiness { reasons }
    }

    fn status(&self) -> Status {
        let now = SystemTime::now();
        let state = if self.is_draining() { GatewayState::Draining } else { GatewayState::Running };
        let identities = self.identities.iter().filter_map(|identity| {
            let not_after = identity.not_after()?.cast_signed();
            Some(IdentityStatus::new(identity.name(), not_after, now))
        });
        Status {
            version: env!("CARGO_PKG_VERSION"),
            uptime_seconds: self.started.elapsed().as_secs(),
            state,
            bridges: self.bridges.iter().map(bridge_status).collect(),
            identities: identities.collect(),
        }
    }
}

fn bridge_status(bridge: &RunningBridge) -> BridgeStatus {
    let state = if bridge.is_draining() { BridgeState::Closed } else { BridgeState::Listening };
    BridgeStatus {
        name: bridge.name().to_owned(),
        mode: mode_word(bridge.mode()),
        listen: bridge.address().to_owned(),
        connect: bridge.target().to_owned(),
        state,
        error: None,
        traffic: Traffic::of(bridge.metrics()),
    }
}

//! What `/readyz` and `/status` say: the shapes, and how they are filled.
//!
//! The JSON is a promise to scripts: fields are added, not renamed.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use crate::bridge::TargetState;
use crate::gateway::sandbox::SandboxStatus;
use crate::telemetry::metrics::{BridgeMetrics, DirectionMeter};
use crate::telemetry::{Outcome, rfc3339};

/// Whether clients should be sent here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Readiness {
    /// Why not, a line each; none: ready.
    pub reasons: Vec<String>,
}

impl Readiness {
    /// Nothing stands against it.
    pub fn is_ready(&self) -> bool {
        self.reasons.is_empty()
    }
}

/// The running gateway.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Status {
    /// pipeferry's version.
    pub version: &'static str,
    /// Whole seconds since the start.
    pub uptime_seconds: u64,
    /// What the gateway as a whole does.
    pub state: GatewayState,
    /// The bridges, in the order of the configuration.
    pub bridges: Vec<BridgeStatus>,
    /// The identities, by name.
    pub identities: Vec<IdentityStatus>,
    /// How the last reload went; none since the start: left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_reload: Option<ReloadStatus>,
    /// What the process has given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<SandboxStatus>,
}

/// What the gateway as a whole does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GatewayState {
    /// Not all listeners are bound yet.
    Starting,
    /// It serves.
    Running,
    /// It takes no new connection and lets the open ones finish.
    Draining,
}

/// One bridge.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BridgeStatus {
    /// Its name.
    pub name: String,
    /// `byte` or `message`.
    pub mode: &'static str,
    /// Where it listens, in effect: the port is the one that was picked.
    pub listen: String,
    /// Where it connects, as configured; several targets with commas between.
    pub connect: String,
    /// Each of several targets; left out where there is only one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<TargetStatus>,
    /// What its listener does.
    pub state: BridgeState,
    /// Why it does not listen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What it has carried.
    #[serde(flatten)]
    pub traffic: Traffic,
}

/// One of several targets of a bridge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TargetStatus {
    /// Its address, as configured.
    pub address: String,
    /// Whether clients are sent there; if not, it has failed and is left alone.
    pub up: bool,
    /// Connections of the bridge that are open to it.
    pub open: u64,
    /// Attempts that did not reach it, probes included.
    pub failures: u64,
    /// Why the last one did not, while it is left alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Whole seconds until it is tried again, while it is left alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_seconds: Option<u64>,
}

impl From<TargetState> for TargetStatus {
    fn from(state: TargetState) -> Self {
        let TargetState { address, up, open, failures, error, retry_in } = state;
        let retry_seconds = retry_in.map(|rest| rest.as_secs());
        Self { address, up, open, failures, error, retry_seconds }
    }
}

/// What a bridge's listener does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BridgeState {
    /// It takes clients.
    Listening,
    /// It is not bound.
    NotBound,
    /// It takes no more.
    Closed,
}

/// A bridge's numbers at one moment; the same as its metrics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Traffic {
    /// Connections open now.
    pub open: u64,
    /// Held back by a limit now.
    pub waiting: u64,
    /// Failures of accept.
    pub accept_errors: u64,
    /// Connections that have ended, by outcome.
    pub ended: BTreeMap<&'static str, u64>,
    /// What the clients sent.
    pub to_target: Moved,
    /// What the target sent.
    pub to_client: Moved,
}

/// What one direction has carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// Payload bytes.
    pub bytes: u64,
    /// Whole messages; 0 in byte mode.
    pub messages: u64,
}

impl Traffic {
    /// The numbers of `metrics` now.
    pub fn of(metrics: &BridgeMetrics) -> Self {
        Self {
            open: metrics.open_now(),
            waiting: metrics.waiting_now(),
            accept_errors: metrics.accept_errors(),
            ended: Outcome::ALL
                .into_iter()
                .map(|outcome| (outcome.word(), metrics.total(outcome)))
                .collect(),
            to_target: Moved::of(&metrics.to_target),
            to_client: Moved::of(&metrics.to_client),
        }
    }
}

impl Moved {
    fn of(meter: &DirectionMeter) -> Self {
        Self { bytes: meter.total_bytes(), messages: meter.total_messages() }
    }
}

/// How a reload went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReloadStatus {
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// What asked for it.
    pub trigger: String,
    /// What was wrong; left out: it is in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl ReloadStatus {
    /// The reload that `trigger` asked for at `at`.
    pub fn new(at: SystemTime, trigger: String, error: Option<String>) -> Self {
        let seconds = at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        Self { at: rfc3339(seconds), trigger, error }
    }
}

/// One identity's own certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IdentityStatus {
    /// The identity's name.
    pub name: String,
    /// When its certificate ends, RFC 3339 in UTC.
    pub not_after: String,
    /// Whole days until then, negative after.
    pub days_left: i64,
}

impl IdentityStatus {
    /// The identity `name`, whose certificate ends at `not_after` (Unix seconds),
    /// as seen at `now`.
    pub fn new(name: &str, not_after: i64, now: SystemTime) -> Self {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let left = not_after.saturating_sub(i64::try_from(now).unwrap_or(i64::MAX));
        Self {
            name: name.to_owned(),
            // Before 1970 it is just as over as then.
            not_after: rfc3339(u64::try_from(not_after).unwrap_or(0)),
            days_left: left.div_euclid(DAY),
        }
    }
}

const DAY: i64 = 86_400;

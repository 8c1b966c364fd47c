//! The numbers of one bridge.
//!
//! Made once a bridge and shared by all of its connections. Every outcome has
//! its counter from the start, at 0, so that `rate()` sees the first one.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram, Recorder};

use super::direction::DirectionMeter;
use super::names;
use super::series::Series;
use super::sizes::SizeSnapshot;
use super::target::TargetMeter;
use crate::telemetry::Outcome;

/// Which end of a bridge a handshake was made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandshakeEnd {
    /// With the client.
    Listen,
    /// With the target.
    Connect,
}

/// The numbers of one bridge.
#[derive(Debug)]
pub struct BridgeMetrics {
    name: String,
    /// Towards the target.
    pub to_target: DirectionMeter,
    /// Towards the client.
    pub to_client: DirectionMeter,
    outcomes: [AtomicU64; Outcome::ALL.len()],
    open: AtomicU64,
    waiting: AtomicU64,
    accept_errors: AtomicU64,
    /// Kept by the listener; none: this bridge has no Windows pipe.
    pipe_instances: Mutex<Option<Arc<AtomicU32>>>,
    /// None: this bridge has one target.
    targets: Mutex<Vec<Arc<TargetMeter>>>,
    exported: Exported,
}

/// What the exporter keeps of them.
#[derive(Debug)]
struct Exported {
    outcomes: [Counter; Outcome::ALL.len()],
    open: Gauge,
    waiting: Gauge,
    limit: Gauge,
    accept_errors: Counter,
    bytes: [Counter; 2],
    messages: [Counter; 2],
    connection: Histogram,
    dial: Histogram,
    handshake: [Histogram; 2],
}

impl BridgeMetrics {
    /// The handles of the bridge `name`, with all of their series at 0.
    pub(super) fn register(recorder: &dyn Recorder, name: &str) -> Self {
        let series = Series::new(recorder).with("bridge", name);
        Self {
            name: name.to_owned(),
            to_target: DirectionMeter::default(),
            to_client: DirectionMeter::default(),
            outcomes: Default::default(),
            open: AtomicU64::new(0),
            waiting: AtomicU64::new(0),
            accept_errors: AtomicU64::new(0),
            pipe_instances: Mutex::default(),
            targets: Mutex::default(),
            exported: Exported::register(&series),
        }
    }

    /// The bridge's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Shows `most` as the limit of the connections of the bridge that are open
    /// at a time.
    pub fn limit(&self, most: usize) {
        self.exported.limit.set(most as f64);
    }

    /// Counts a connection as open until the guard is dropped.
    #[must_use]
    pub fn open(self: &Arc<Self>) -> OpenGuard {
        self.open.fetch_add(1, Ordering::Relaxed);
        OpenGuard(Arc::clone(self))
    }

    /// Counts one more held back by a limit until the guard is dropped.
    #[must_use]
    pub fn wait(self: &Arc<Self>) -> WaitingGuard {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        WaitingGuard(Arc::clone(self))
    }

    /// Counts a connection that has ended, and how long it lived.
    pub fn ended(&self, outcome: Outcome, lived: Duration) {
        self.outcomes[outcome as usize].fetch_add(1, Ordering::Relaxed);
        self.exported.connection.record(lived.as_secs_f64());
    }

    /// Counts a failure of accept itself.
    pub fn accept_error(&self) {
        self.accept_errors.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes note of how long a dial took, whether or not it succeeded.
    pub fn dialled(&self, took: Duration) {
        self.exported.dial.record(took.as_secs_f64());
    }

    /// Takes note of how long a handshake took, whether or not it succeeded.
    pub fn handshaken(&self, end: HandshakeEnd, took: Duration) {
        self.exported.handshake[end as usize].record(took.as_secs_f64());
    }

    /// Shows `count` as the number of instances of the bridge's Windows pipe;
    /// its series appears with the first call.
    pub fn watch_pipe_instances(&self, count: Arc<AtomicU32>) {
        *self.pipe_instances.lock().unwrap_or_else(PoisonError::into_inner) = Some(count);
    }

    /// Shows none any more: the pipe is another bridge's now.
    pub fn forget_pipe_instances(&self) {
        *self.pipe_instances.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Shows these targets and no others.
    pub fn watch_targets(&self, targets: Vec<Arc<TargetMeter>>) {
        *self.targets.lock().unwrap_or_else(PoisonError::into_inner) = targets;
    }

    /// Its targets, where there are several.
    pub(super) fn targets(&self) -> Vec<Arc<TargetMeter>> {
        self.targets.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Connections that have ended so.
    pub fn total(&self, outcome: Outcome) -> u64 {
        self.outcomes[outcome as usize].load(Ordering::Relaxed)
    }

    /// Connections open now.
    pub fn open_now(&self) -> u64 {
        self.open.load(Ordering::Relaxed)
    }

    /// Held back by a limit now.
    pub fn waiting_now(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Failures of accept so far.
    pub fn accept_errors(&self) -> u64 {
        self.accept_errors.load(Ordering::Relaxed)
    }

    /// The sizes of all messages, both ways.
    pub(super) fn sizes(&self) -> SizeSnapshot {
        self.to_target.sizes().snapshot().plus(&self.to_client.sizes().snapshot())
    }

    /// Hands the numbers to the exporter, for a text that is about to be written.
    pub(super) fn publish(&self, recorder: &dyn Recorder) {
        let exported = &self.exported;
        for (counter, outcome) in exported.outcomes.iter().zip(Outcome::ALL) {
            counter.absolute(self.total(outcome));
        }
        exported.open.set(self.open_now() as f64);
        exported.waiting.set(self.waiting_now() as f64);
        exported.accept_errors.absolute(self.accept_errors());
        for (index, meter) in [&self.to_target, &self.to_client].into_iter().enumerate() {
            exported.bytes[index].absolute(meter.total_bytes());
            exported.messages[index].absolute(meter.total_messages());
        }
        let instances = self.pipe_instances.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(instances) = &*instances {
            let series = Series::new(recorder).with("bridge", &self.name);
            series.gauge(names::PIPE_INSTANCES).set(f64::from(instances.load(Ordering::Relaxed)));
        }
    }
}

impl Exported {
    fn register(series: &Series<'_>) -> Self {
        let directions = ["to_target", "to_client"];
        let ends = ["listen", "connect"];
        Self {
            outcomes: Outcome::ALL.map(|outcome| {
                series.with("outcome", outcome.word()).counter(names::CONNECTIONS_TOTAL)
            }),
            open: series.gauge(names::CONNECTIONS_OPEN),
            waiting: series.gauge(names::CONNECTIONS_WAITING),
            limit: series.gauge(names::CONNECTIONS_LIMIT),
            accept_errors: series.counter(names::ACCEPT_ERRORS_TOTAL),
            bytes: directions.map(|way| series.with("direction", way).counter(names::BYTES_TOTAL)),
            messages: directions
                .map(|way| series.with("direction", way).counter(names::MESSAGES_TOTAL)),
            connection: series.histogram(names::CONNECTION_SECONDS),
            dial: series.histogram(names::DIAL_SECONDS),
            handshake: ends.map(|end| series.with("end", end).histogram(names::HANDSHAKE_SECONDS)),
        }
    }
}

/// One open connection; dropping it counts it as gone.
#[derive(Debug)]
pub struct OpenGuard(Arc<BridgeMetrics>);

impl Drop for OpenGuard {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// One held back by a limit; dropping it counts it as let through or gone.
#[derive(Debug)]
pub struct WaitingGuard(Arc<BridgeMetrics>);

impl Drop for WaitingGuard {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

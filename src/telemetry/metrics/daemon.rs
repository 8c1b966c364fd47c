//! The numbers of the daemon as a whole: certificates, reloads, what is running.

use std::time::{SystemTime, UNIX_EPOCH};

use metrics::{Counter, Gauge, Recorder};

use super::names;
use super::series::Series;

/// How a reload went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReloadResult {
    /// The new configuration is in force.
    Ok,
    /// The old one stays.
    Failed,
}

/// The numbers of the daemon as a whole.
#[derive(Debug)]
pub struct DaemonMetrics {
    reloads: [Counter; 2],
    last_reload: Gauge,
    last_reload_successful: Gauge,
    max_connections: Gauge,
    pub(super) log_lines_dropped: Counter,
}

impl DaemonMetrics {
    pub(super) fn register(recorder: &dyn Recorder) -> Self {
        let all = Series::new(recorder);
        all.with("version", env!("CARGO_PKG_VERSION"))
            .with("os", std::env::consts::OS)
            .with("arch", std::env::consts::ARCH)
            .gauge(names::BUILD_INFO)
            .set(1.0);
        Self {
            reloads: ["ok", "failed"]
                .map(|result| all.with("result", result).counter(names::RELOADS_TOTAL)),
            last_reload: all.gauge(names::LAST_RELOAD),
            last_reload_successful: all.gauge(names::LAST_RELOAD_SUCCESSFUL),
            max_connections: all.gauge(names::MAX_CONNECTIONS),
            log_lines_dropped: all.counter(names::LOG_LINES_DROPPED_TOTAL),
        }
    }

    /// Says when the running configuration was put in force: at the start, and
    /// after every reload that succeeded.
    pub fn in_force_since(&self, at: SystemTime) {
        self.last_reload.set(unix_seconds(at));
        self.last_reload_successful.set(1.0);
    }

    /// Shows `most` as the limit of the connections of all bridges that are open
    /// at a time.
    pub fn limit(&self, most: usize) {
        self.max_connections.set(most as f64);
    }

    /// Counts a reload; one that succeeded at `at` is in force from then on.
    pub fn reloaded(&self, result: ReloadResult, at: SystemTime) {
        self.reloads[result as usize].increment(1);
        match result {
            ReloadResult::Ok => self.in_force_since(at),
            ReloadResult::Failed => self.last_reload_successful.set(0.0),
        }
    }
}

/// Seconds since 1970, negative before.
fn unix_seconds(at: SystemTime) -> f64 {
    match at.duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_secs_f64(),
        Err(before) => -before.duration().as_secs_f64(),
    }
}

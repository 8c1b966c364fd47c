//! Every metric's name, kind, unit, help and buckets, in one table.
//!
//! The names are a promise to those who built dashboards on them;
//! `docs/metrics.md` lists the same ones and a test holds the two together.

use metrics::Unit;

/// How connections ended.
pub const CONNECTIONS_TOTAL: &str = "pipeferry_connections_total";
/// Connections that are open now.
pub const CONNECTIONS_OPEN: &str = "pipeferry_connections_open";
/// Clients held back by a limit.
pub const CONNECTIONS_WAITING: &str = "pipeferry_connections_waiting";
/// The most connections of a bridge at a time.
pub const CONNECTIONS_LIMIT: &str = "pipeferry_connections_limit";
/// The most connections of all bridges at a time.
pub const MAX_CONNECTIONS: &str = "pipeferry_max_connections";
/// Payload bytes carried.
pub const BYTES_TOTAL: &str = "pipeferry_bytes_total";
/// Messages carried.
pub const MESSAGES_TOTAL: &str = "pipeferry_messages_total";
/// Sizes of messages.
pub const MESSAGE_SIZE_BYTES: &str = "pipeferry_message_size_bytes";
/// How long connections lived.
pub const CONNECTION_SECONDS: &str = "pipeferry_connection_seconds";
/// How long dialling took.
pub const DIAL_SECONDS: &str = "pipeferry_dial_seconds";
/// How long handshakes took.
pub const HANDSHAKE_SECONDS: &str = "pipeferry_handshake_seconds";
/// Failures of accept itself.
pub const ACCEPT_ERRORS_TOTAL: &str = "pipeferry_accept_errors_total";
/// Instances of a Windows pipe.
pub const PIPE_INSTANCES: &str = "pipeferry_pipe_instances";
/// Whether clients are sent to a target.
pub const TARGET_UP: &str = "pipeferry_target_up";
/// Connections that are open to a target.
pub const TARGET_CONNECTIONS_OPEN: &str = "pipeferry_target_connections_open";
/// Attempts that did not reach a target.
pub const TARGET_FAILURES_TOTAL: &str = "pipeferry_target_failures_total";
/// When a certificate ends.
pub const CERTIFICATE_EXPIRY: &str = "pipeferry_certificate_expiry_timestamp_seconds";
/// Reloads of the configuration.
pub const RELOADS_TOTAL: &str = "pipeferry_reloads_total";
/// When the running configuration was put in force.
pub const LAST_RELOAD: &str = "pipeferry_last_reload_timestamp_seconds";
/// Whether the last reload went well.
pub const LAST_RELOAD_SUCCESSFUL: &str = "pipeferry_last_reload_successful";
/// Log lines that found no room.
pub const LOG_LINES_DROPPED_TOTAL: &str = "pipeferry_log_lines_dropped_total";
/// What is running.
pub const BUILD_INFO: &str = "pipeferry_build_info";

/// What a metric is to Prometheus.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Only ever grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Kept by the exporter, with these upper bounds.
    Histogram(&'static [f64]),
    /// Kept and written by us, see [`SizeHistogram`](super::SizeHistogram).
    OwnHistogram,
    /// Kept and written by us: its series come and go.
    OwnGauge,
    /// Kept and written by us: its series come and go.
    OwnCounter,
}

/// One metric of ours.
#[derive(Debug, Clone, Copy)]
pub struct Description {
    /// Its full name.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// What it counts in.
    pub unit: Unit,
    /// One line for people.
    pub help: &'static str,
}

/// A connection lives for milliseconds or for days.
const LIFETIMES: &[f64] = &[
    0.005, 0.05, 0.5, 1.0, 5.0, 30.0, 60.0, 300.0, 1_800.0, 3_600.0, 14_400.0, 86_400.0, 604_800.0,
];

/// A dial or a handshake is over in microseconds on one machine; ten seconds is
/// the default limit.
const SETUP: &[f64] = &[
    0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
    10.0, 30.0,
];

const fn counter(name: &'static str, unit: Unit, help: &'static str) -> Description {
    Description { name, kind: Kind::Counter, unit, help }
}

const fn gauge(name: &'static str, unit: Unit, help: &'static str) -> Description {
    Description { name, kind: Kind::Gauge, unit, help }
}

const fn seconds(name: &'static str, bounds: &'static [f64], help: &'static str) -> Description {
    Description { name, kind: Kind::Histogram(bounds), unit: Unit::Seconds, help }
}

/// All metrics of ours; `process_*` come from their own collector.
pub const ALL: &[Description] = &[
    counter(CONNECTIONS_TOTAL, Unit::Count, "Connections that have ended, by how they ended."),
    gauge(CONNECTIONS_OPEN, Unit::Count, "Connections that are open now."),
    gauge(
        CONNECTIONS_WAITING,
        Unit::Count,
        "Clients not carried yet: in a handshake, or held back by a limit.",
    ),
    gauge(CONNECTIONS_LIMIT, Unit::Count, "The most connections of the bridge at a time."),
    gauge(MAX_CONNECTIONS, Unit::Count, "The most connections of all bridges at a time."),
    counter(BYTES_TOTAL, Unit::Bytes, "Payload bytes carried, by direction, while they move."),
    counter(MESSAGES_TOTAL, Unit::Count, "Messages carried whole, by direction."),
    Description {
        name: MESSAGE_SIZE_BYTES,
        kind: Kind::OwnHistogram,
        unit: Unit::Bytes,
        help: "Sizes of the messages carried, both directions.",
    },
    seconds(CONNECTION_SECONDS, LIFETIMES, "From accept to the end of both directions."),
    seconds(DIAL_SECONDS, SETUP, "Dialling the target, its TLS handshake included."),
    seconds(HANDSHAKE_SECONDS, SETUP, "TLS handshakes, by end."),
    counter(ACCEPT_ERRORS_TOTAL, Unit::Count, "Failures of accept itself, such as no descriptors."),
    gauge(PIPE_INSTANCES, Unit::Count, "Instances of the Windows pipe that exist now."),
    Description {
        name: TARGET_UP,
        kind: Kind::OwnGauge,
        unit: Unit::Count,
        help: "1, or 0 while the target is left alone because it failed.",
    },
    Description {
        name: TARGET_CONNECTIONS_OPEN,
        kind: Kind::OwnGauge,
        unit: Unit::Count,
        help: "Connections of the bridge that are open to the target now.",
    },
    Description {
        name: TARGET_FAILURES_TOTAL,
        kind: Kind::OwnCounter,
        unit: Unit::Count,
        help: "Attempts that did not reach the target, probes included.",
    },
    Description {
        name: CERTIFICATE_EXPIRY,
        kind: Kind::OwnGauge,
        unit: Unit::Seconds,
        help: "Unix time at which the identity's certificate ends.",
    },
    counter(RELOADS_TOTAL, Unit::Count, "Reloads of the configuration, by result."),
    gauge(LAST_RELOAD, Unit::Seconds, "Unix time at which the running configuration took effect."),
    gauge(LAST_RELOAD_SUCCESSFUL, Unit::Count, "1, or 0 while the last reload has failed."),
    counter(LOG_LINES_DROPPED_TOTAL, Unit::Count, "Log lines dropped because nobody read them."),
    gauge(BUILD_INFO, Unit::Count, "Always 1; the labels say what is running."),
];

/// The help line of one of [`ALL`]; empty for any other name.
pub fn help(name: &str) -> &'static str {
    ALL.iter().find(|metric| metric.name == name).map_or("", |metric| metric.help)
}

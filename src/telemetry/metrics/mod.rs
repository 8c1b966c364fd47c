//! Metrics: their names, the handles that count, the text that Prometheus reads.
//!
//! Two kinds of numbers live here. What a connection moves (bytes, messages,
//! outcomes) is counted in plain atomics of our own ([`BridgeMetrics`]): the
//! status page must be able to read them back, which a handle of the `metrics`
//! facade can not do, and one relaxed addition is all that the hot path pays.
//! They are handed to the exporter when somebody scrapes. What happens once a
//! connection (seconds) goes to the exporter's own histograms.
//!
//! `message_size_bytes` is neither: the exporter keeps every sample of a
//! histogram until the next scrape or upkeep, in memory that it allocates, which
//! at some hundred thousand messages a second is too much of both. It has
//! fixed buckets here ([`SizeHistogram`]) and is written into the text by us.
//!
//! Labels come from the configuration only, never from a client, so that the
//! number of series is known at the start.

mod bridge;
mod daemon;
mod direction;
mod exposition;
pub mod names;
mod series;
mod sizes;
mod target;
mod text;

#[cfg(test)]
mod tests;

pub use bridge::{BridgeMetrics, HandshakeEnd, OpenGuard, WaitingGuard};
pub use daemon::{DaemonMetrics, ReloadResult};
pub use direction::DirectionMeter;
pub use exposition::{CONTENT_TYPE, Exposition, RecorderTaken, UPKEEP_INTERVAL};
pub use sizes::{SizeBatch, SizeHistogram};
pub use target::TargetMeter;

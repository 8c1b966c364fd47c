//! The counters of a gateway, before and after.

use std::collections::BTreeMap;
use std::io;

use super::admin;
use super::local::Place;
use crate::telemetry::Outcome;
use crate::telemetry::metrics::names::{BYTES_TOTAL, CONNECTIONS_TOTAL, MESSAGES_TOTAL};

/// What the demo shows of a gateway's metrics.
const SHOWN: [&str; 3] = [CONNECTIONS_TOTAL, MESSAGES_TOTAL, BYTES_TOTAL];

/// The counters of one gateway at one moment, by series.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Counters(BTreeMap<String, u64>);

/// A counter that has moved.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Moved<'a> {
    pub series: &'a str,
    pub before: u64,
    pub after: u64,
}

impl Counters {
    /// Asks the admin server on the pipe `at`.
    ///
    /// # Errors
    /// The system's, or `InvalidData` if there were no metrics.
    pub(super) async fn of(at: &Place) -> io::Result<Self> {
        let answer = admin::get(at, "/metrics").await?;
        let counters = Self::parse(&answer.body);
        if answer.status != 200 || counters.0.is_empty() {
            let what = format!("/metrics answered {} without our metrics", answer.status);
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        Ok(counters)
    }

    /// Reads Prometheus' text format, as far as it is about what is shown.
    pub(super) fn parse(text: &str) -> Self {
        let shown = |line: &&str| SHOWN.iter().any(|name| line.starts_with(&format!("{name}{{")));
        let samples = text.lines().filter(shown).filter_map(|line| {
            let (series, value) = line.rsplit_once(' ')?;
            Some((series.to_owned(), value.parse().ok()?))
        });
        Self(samples.collect())
    }

    /// Connections that have ended so, on all bridges.
    pub(super) fn ended(&self, outcome: Outcome) -> u64 {
        self.sum(CONNECTIONS_TOTAL, &format!("outcome=\"{}\"", outcome.word()))
    }

    /// Connections that have ended, however.
    pub(super) fn ended_in_all(&self) -> u64 {
        self.sum(CONNECTIONS_TOTAL, "")
    }

    /// Messages and bytes to the target, and to the client.
    pub(super) fn carried(&self) -> [(u64, u64); 2] {
        ["to_target", "to_client"].map(|way| {
            let label = format!("direction=\"{way}\"");
            (self.sum(MESSAGES_TOTAL, &label), self.sum(BYTES_TOTAL, &label))
        })
    }

    fn sum(&self, name: &str, label: &str) -> u64 {
        let wanted =
            |series: &str| series.strip_prefix(name).is_some_and(|labels| labels.contains(label));
        self.0.iter().filter(|(series, _)| wanted(series)).map(|(_, value)| value).sum()
    }

    /// What has moved since `before`, in the order of the series' names.
    pub(super) fn moved_since<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = Moved<'a>> {
        self.0.iter().filter_map(|(series, &after)| {
            let before = before.0.get(series).copied().unwrap_or(0);
            (before != after).then_some(Moved { series, before, after })
        })
    }
}

//! What was carried in the last minutes: rates in a ring for each bridge.
//!
//! Sampled on the admin thread from numbers that are counted anyway, so that a
//! page which has just been opened shows the past, and no connection pays for
//! it. Never longer than [`KEPT`] samples a bridge.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::AdminView;
use crate::telemetry::Outcome;
use crate::telemetry::metrics::BridgeMetrics;

/// Between two samples.
pub(super) const EVERY: Duration = Duration::from_secs(2);
/// Samples of each bridge: five minutes.
pub(super) const KEPT: usize = 150;

/// What a bridge has counted since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Meter {
    /// Payload bytes from the clients.
    pub to_target: u64,
    /// Payload bytes from the target.
    pub to_client: u64,
    /// Connections, those that were refused among them.
    pub connections: u64,
}

impl Meter {
    /// The numbers of `metrics` now.
    pub fn of(metrics: &BridgeMetrics) -> Self {
        let ended: u64 = Outcome::ALL.into_iter().map(|outcome| metrics.total(outcome)).sum();
        Self {
            to_target: metrics.to_target.total_bytes(),
            to_client: metrics.to_client.total_bytes(),
            connections: ended + metrics.open_now(),
        }
    }
}

/// Each a second, over one sample.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Rate {
    pub to_target: u64,
    pub to_client: u64,
    pub connections: f64,
}

impl Rate {
    fn between(before: Meter, after: Meter, seconds: f64) -> Self {
        let rate = |before: u64, after: u64| after.saturating_sub(before) as f64 / seconds;
        let connections = rate(before.connections, after.connections);
        Self {
            to_target: rate(before.to_target, after.to_target) as u64,
            to_client: rate(before.to_client, after.to_client) as u64,
            // A tenth of one is all that a chart shows.
            connections: (connections * 10.0).round() / 10.0,
        }
    }
}

/// The last minutes of all bridges.
#[derive(Debug)]
pub(super) struct History {
    kept: Mutex<Kept>,
    epoch: u64,
}

#[derive(Debug)]
struct Kept {
    /// Samples that were ever taken.
    taken: u64,
    at: Instant,
    lines: BTreeMap<String, Line>,
}

#[derive(Debug)]
struct Line {
    last: Meter,
    rates: VecDeque<Rate>,
}

impl History {
    pub fn new() -> Self {
        let epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let kept = Kept { taken: 0, at: Instant::now(), lines: BTreeMap::new() };
        let epoch = u64::try_from(epoch.as_millis()).unwrap_or_default();
        Self { kept: Mutex::new(kept), epoch }
    }

    /// Takes samples, forever.
    pub async fn keep(&self, view: &dyn AdminView) {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.sample(Instant::now(), view.meters());
        }
    }

    /// Takes one. A bridge that is gone takes its past along; the first sample
    /// of one that is new only says where it starts.
    pub fn sample(&self, now: Instant, meters: Vec<(String, Meter)>) {
        let mut kept = self.lock();
        let seconds = now.duration_since(kept.at).as_secs_f64();
        let mut before = std::mem::take(&mut kept.lines);
        for (name, meter) in meters {
            // Two bridges of one name count together: one is leaving.
            if kept.lines.contains_key(&name) {
                continue;
            }
            let mut line = before
                .remove(&name)
                .unwrap_or_else(|| Line { last: meter, rates: VecDeque::new() });
            if seconds > 0.0 {
                line.push(Rate::between(line.last, meter, seconds));
            }
            line.last = meter;
            kept.lines.insert(name, line);
        }
        if seconds > 0.0 {
            kept.taken += 1;
        }
        kept.at = now;
    }

    /// The rates of now of the bridge `name`.
    pub fn now(&self, name: &str) -> Rate {
        let kept = self.lock();
        kept.lines.get(name).and_then(|line| line.rates.back().copied()).unwrap_or_default()
    }

    /// The rates of now of all bridges together.
    pub fn all_now(&self) -> Rate {
        let kept = self.lock();
        let rates = kept.lines.values().filter_map(|line| line.rates.back());
        rates.fold(Rate::default(), |sum, rate| Rate {
            to_target: sum.to_target.saturating_add(rate.to_target),
            to_client: sum.to_client.saturating_add(rate.to_client),
            connections: sum.connections + rate.connections,
        })
    }

    /// The samples that a reader has not seen yet who says `since=EPOCH.NEXT`,
    /// by the last answer; all of them for another epoch, or one who says
    /// nothing that can be read.
    pub fn since(&self, query: Option<&str>) -> Past {
        let kept = self.lock();
        let seen = query.and_then(read_since).filter(|(epoch, _)| *epoch == self.epoch);
        let new = kept.taken.saturating_sub(seen.map_or(0, |(_, next)| next));
        let most = usize::try_from(new).unwrap_or(KEPT).min(KEPT);
        let lines = kept.lines.iter();
        Past {
            epoch: self.epoch,
            every_seconds: EVERY.as_secs(),
            kept: KEPT,
            next: kept.taken,
            bridges: lines.map(|(name, line)| line.newest(name, most)).collect(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read_since(query: &str) -> Option<(u64, u64)> {
    let (epoch, next) = query.strip_prefix("since=")?.split_once('.')?;
    Some((epoch.parse().ok()?, next.parse().ok()?))
}

impl Line {
    fn push(&mut self, rate: Rate) {
        if self.rates.len() == KEPT {
            self.rates.pop_front();
        }
        self.rates.push_back(rate);
    }

    fn newest(&self, name: &str, most: usize) -> BridgePast {
        let rates = self.rates.range(self.rates.len() - most.min(self.rates.len())..);
        BridgePast {
            name: name.to_owned(),
            to_target: rates.clone().map(|rate| rate.to_target).collect(),
            to_client: rates.clone().map(|rate| rate.to_client).collect(),
            connections: rates.map(|rate| rate.connections).collect(),
        }
    }
}

/// A piece of the past, as the page reads it.
#[derive(Debug, Serialize)]
pub(super) struct Past {
    /// Another one: the gateway was started again, and counts from 0.
    pub epoch: u64,
    pub every_seconds: u64,
    /// How many samples there are at most.
    pub kept: usize,
    /// The number that the next sample will have.
    pub next: u64,
    pub bridges: Vec<BridgePast>,
}

/// Rates of a bridge, oldest first; all bridges end with the same sample.
#[derive(Debug, Serialize)]
pub(super) struct BridgePast {
    pub name: String,
    pub to_target: Vec<u64>,
    pub to_client: Vec<u64>,
    pub connections: Vec<f64>,
}

//! What is known of one target: well, or left alone until a time.
//!
//! A failure puts a target to rest. When the rest is over, one attempt goes
//! first: a probe where the target can be probed, else one client. If it
//! succeeds the target is well again, if not the next rest is twice as long.
//! Attempts on a target that rests, made because no other was left, do not
//! lengthen its rest. Touched when a connection opens, never while it carries;
//! the lock is not held across a wait.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::backoff;
use crate::telemetry::metrics::TargetMeter;

/// A client goes first where a probe should have long ago.
const GRACE: Duration = Duration::from_secs(2);
/// Why a target failed is kept up to so many characters.
const LONGEST_REASON: usize = 256;

/// What is known of one target.
#[derive(Debug)]
pub(in crate::bridge) struct Health {
    meter: Arc<TargetMeter>,
    /// Attempts and connections.
    load: AtomicU64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Failures in a row.
    failures: u32,
    /// Counts the changes, so that an attempt which began before one does not
    /// speak for what came after.
    change: u64,
    /// `None`: it is well.
    rest: Option<Rest>,
}

#[derive(Debug)]
struct Rest {
    due: Instant,
    /// Somebody tries it right now.
    on_trial: bool,
    why: String,
}

/// How a target looks to a client that must choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// It may be tried.
    Open,
    /// It is left alone, until then at least.
    Resting(Instant),
}

/// What an attempt stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The target was well, and had changed so often.
    Use(u64),
    /// The one attempt after a rest.
    Trial,
    /// It rests, but no other was left.
    LastResort,
}

impl Health {
    pub fn new(address: String) -> Self {
        let meter = Arc::new(TargetMeter::new(address));
        Self { meter, load: AtomicU64::new(0), state: Mutex::default() }
    }

    pub fn meter(&self) -> Arc<TargetMeter> {
        Arc::clone(&self.meter)
    }

    /// Attempts under way and connections that are open.
    pub fn load(&self) -> u64 {
        self.load.load(Ordering::Relaxed)
    }

    pub(super) fn busier(&self) {
        self.load.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn less_busy(&self) {
        self.load.fetch_sub(1, Ordering::Relaxed);
    }

    /// How it looks at `now`; `probed` if there are probes to go first.
    pub(super) fn standing(&self, now: Instant, probed: bool) -> Standing {
        match &self.lock().rest {
            None => Standing::Open,
            Some(rest) if rest.is_over(now, probed) => Standing::Open,
            Some(rest) => Standing::Resting(rest.due),
        }
    }

    /// Begins a client's attempt.
    pub(super) fn begin(&self, now: Instant, probed: bool) -> Purpose {
        let mut state = self.lock();
        let change = state.change;
        match &mut state.rest {
            None => Purpose::Use(change),
            Some(rest) if rest.is_over(now, probed) => {
                rest.on_trial = true;
                Purpose::Trial
            }
            Some(_) => Purpose::LastResort,
        }
    }

    /// Begins a probe, if it is time for one.
    pub(super) fn begin_probe(&self, now: Instant) -> bool {
        match &mut self.lock().rest {
            Some(rest) if rest.is_over(now, false) => {
                rest.on_trial = true;
                true
            }
            _ => false,
        }
    }

    /// It was reached; says whether it had been left alone.
    pub(super) fn reached(&self) -> bool {
        let mut state = self.lock();
        let rested = state.rest.take().is_some();
        if rested {
            (state.failures, state.change) = (0, state.change + 1);
            self.meter.set_up(true);
        }
        rested
    }

    /// It was not reached; gives the rest that begins with it, if one does,
    /// and whether that is the first in a row.
    pub(super) fn failed(
        &self,
        purpose: Purpose,
        now: Instant,
        why: &str,
        chance: f64,
    ) -> Option<(Duration, bool)> {
        self.meter.failed();
        let mut state = self.lock();
        let counts = match purpose {
            Purpose::Use(change) => state.rest.is_none() && state.change == change,
            Purpose::Trial => state.rest.is_some(),
            Purpose::LastResort => false,
        };
        if !counts {
            return None;
        }
        state.failures = state.failures.saturating_add(1);
        state.change += 1;
        let rest = backoff::rest(state.failures, chance);
        let why = why.chars().take(LONGEST_REASON).collect();
        state.rest = Some(Rest { due: now + rest, on_trial: false, why });
        self.meter.set_up(false);
        Some((rest, state.failures == 1))
    }

    /// An attempt was given up without an answer.
    pub(super) fn abandoned(&self, purpose: Purpose) {
        if let (Purpose::Trial, Some(rest)) = (purpose, &mut self.lock().rest) {
            rest.on_trial = false;
        }
    }

    /// Until when it is left alone, and why; `None` if it is well.
    pub(super) fn rest(&self) -> Option<(Instant, String)> {
        self.lock().rest.as_ref().map(|rest| (rest.due, rest.why.clone()))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Whole at any time, whoever panicked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rest {
    fn is_over(&self, now: Instant, probed: bool) -> bool {
        let grace = if probed { GRACE } else { Duration::ZERO };
        !self.on_trial && now >= self.due + grace
    }
}

#[cfg(test)]
mod tests;

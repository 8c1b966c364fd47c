//! Keeps one message that repeats itself from filling a log that people read.
//!
//! What is held back is counted, and the count kept until it is taken to be told.
//! The clock comes in as a parameter.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

/// So many of one kind in a period, and so many of all kinds together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub period: Duration,
    pub of_one: u32,
    pub of_all: u32,
}

/// Decides which messages come through.
#[derive(Debug)]
pub(super) struct Flood<K> {
    limits: Limits,
    all: Window,
    /// At most `LARGEST` kinds; more share the limit of all.
    kinds: HashMap<K, Window>,
}

/// More kinds than a program has places that log.
const LARGEST: usize = 1024;

#[derive(Debug, Clone, Copy)]
struct Window {
    began: Instant,
    passed: u32,
    held_back: u64,
}

impl<K: Clone + Eq + Hash> Flood<K> {
    /// Nothing has come yet.
    pub fn new(limits: Limits, now: Instant) -> Self {
        Self { limits, all: Window::new(now), kinds: HashMap::new() }
    }

    /// Whether a message of this kind may pass.
    pub fn admit(&mut self, kind: K, now: Instant) -> bool {
        let Limits { period, of_one, of_all } = self.limits;
        let room = self.kinds.len() < LARGEST || self.kinds.contains_key(&kind);
        let mut spare = Window::new(now);
        let own =
            if room { self.kinds.entry(kind).or_insert(Window::new(now)) } else { &mut spare };
        own.renew(period, now);
        self.all.renew(period, now);
        if own.passed >= of_one || self.all.passed >= of_all {
            own.held_back = own.held_back.saturating_add(1);
            return false;
        }
        own.passed += 1;
        self.all.passed += 1;
        true
    }

    /// How many of this kind were held back and are not told yet. Who takes the
    /// number tells it.
    pub fn take_of(&mut self, kind: &K) -> u64 {
        self.kinds.get_mut(kind).map_or(0, |own| std::mem::take(&mut own.held_back))
    }

    /// The same of each kind whose period has passed at `now`, or of all kinds.
    pub fn take_held_back(&mut self, now: Option<Instant>) -> Vec<(K, u64)> {
        let period = self.limits.period;
        let due =
            |own: &Window| own.held_back > 0 && now.is_none_or(|now| own.is_over(period, now));
        let due = self.kinds.iter_mut().filter(|(_, own)| due(own));
        due.map(|(kind, own)| (kind.clone(), std::mem::take(&mut own.held_back))).collect()
    }

    /// When the next of those is due.
    pub fn next_due(&self) -> Option<Instant> {
        let waiting = self.kinds.values().filter(|own| own.held_back > 0);
        waiting.map(|own| own.began + self.limits.period).min()
    }
}

impl Window {
    const fn new(began: Instant) -> Self {
        Self { began, passed: 0, held_back: 0 }
    }

    fn renew(&mut self, period: Duration, now: Instant) {
        if self.is_over(period, now) {
            (self.began, self.passed) = (now, 0);
        }
    }

    fn is_over(&self, period: Duration, now: Instant) -> bool {
        now.saturating_duration_since(self.began) >= period
    }
}

#[cfg(test)]
mod tests;

//! Keeps one message that repeats itself from filling a log that people read.
//!
//! What is held back is counted, and the count is told with the next one that
//! comes through. The clock comes in as a parameter.

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

impl<K: Eq + Hash> Flood<K> {
    /// Nothing has come yet.
    pub fn new(limits: Limits, now: Instant) -> Self {
        Self { limits, all: Window::new(now), kinds: HashMap::new() }
    }

    /// Whether a message of this kind may pass, and then how many of its kind
    /// were held back since the last one that did.
    pub fn admit(&mut self, kind: K, now: Instant) -> Option<u64> {
        let Limits { period, of_one, of_all } = self.limits;
        let room = self.kinds.len() < LARGEST || self.kinds.contains_key(&kind);
        let mut spare = Window::new(now);
        let own =
            if room { self.kinds.entry(kind).or_insert(Window::new(now)) } else { &mut spare };
        own.renew(period, now);
        self.all.renew(period, now);
        if own.passed >= of_one || self.all.passed >= of_all {
            own.held_back = own.held_back.saturating_add(1);
            return None;
        }
        own.passed += 1;
        self.all.passed += 1;
        Some(std::mem::take(&mut own.held_back))
    }
}

impl Window {
    const fn new(began: Instant) -> Self {
        Self { began, passed: 0, held_back: 0 }
    }

    fn renew(&mut self, period: Duration, now: Instant) {
        if now.saturating_duration_since(self.began) >= period {
            (self.began, self.passed) = (now, 0);
        }
    }
}

#[cfg(test)]
mod tests;

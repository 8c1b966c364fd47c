//! The time limits of a connection.
//!
//! A connection without a limit in force has no timer and never asks the time.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

use crate::telemetry::Outcome;

/// A bridge's time limits.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// No byte in either direction for so long.
    pub idle: Option<Duration>,
    /// After one direction has ended: no byte in the other for so long.
    pub half_close: Duration,
    /// From accept on.
    pub lifetime: Option<Duration>,
}

/// Watches the limits of one connection.
#[derive(Debug)]
pub struct Clock {
    limits: Limits,
    started: Instant,
    active: Instant,
    half_closed: bool,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Clock {
    /// Starts now, for a connection that was accepted at `started`.
    pub fn new(limits: Limits, started: Instant) -> Self {
        Self { limits, started, active: Instant::now(), half_closed: false, timer: None }
    }

    /// Bytes have moved.
    pub fn moved(&mut self) {
        if self.half_closed || self.limits.idle.is_some() {
            self.active = Instant::now();
        }
    }

    /// One of two directions has ended.
    pub fn half_closed(&mut self) {
        self.half_closed = true;
        self.active = Instant::now();
    }

    /// Waits for the first limit; says which it was.
    pub fn poll_limit(&mut self, cx: &mut Context<'_>) -> Poll<Outcome> {
        loop {
            let Some((deadline, outcome)) = self.next() else { return Poll::Pending };
            let timer = match &mut self.timer {
                Some(timer) => timer,
                none => none.insert(Box::pin(tokio::time::sleep_until(deadline))),
            };
            // A timer that fires early finds the later deadline then.
            if deadline < timer.deadline() {
                timer.as_mut().reset(deadline);
            }
            if timer.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            if timer.deadline() >= deadline {
                return Poll::Ready(outcome);
            }
            timer.as_mut().reset(deadline);
        }
    }

    fn next(&self) -> Option<(Instant, Outcome)> {
        let half_close = self.half_closed.then_some(self.limits.half_close);
        [
            half_close.map(|limit| (self.active + limit, Outcome::HalfClosed)),
            self.limits.idle.map(|limit| (self.active + limit, Outcome::Idle)),
            self.limits.lifetime.map(|limit| (self.started + limit, Outcome::Lifetime)),
        ]
        .into_iter()
        .flatten()
        .min_by_key(|(deadline, _)| *deadline)
    }
}

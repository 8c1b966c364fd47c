//! The time limits of a connection.
//!
//! A connection without a limit in force has no timer and never asks the time.
//! Limits on silence count what still goes on from the send queues, too.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use super::grace::Grace;
use super::stillness::{Stillness, pause};
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
    still: Stillness,
    half_closed: bool,
    /// The limit on silence after a half-close has run out.
    ran_out: bool,
    /// When to look for what nobody reads; see [`Clock::watch`].
    watch: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

/// What the time has come for.
#[derive(Debug)]
pub(super) enum Due {
    /// The end, for this reason.
    End(Outcome),
    /// A look at the ends, which was asked for by [`Clock::watch`].
    Look,
}

impl Clock {
    /// Starts now, for a connection that was accepted at `started`.
    pub fn new(limits: Limits, started: Instant) -> Self {
        let still = Stillness::new(Instant::now());
        Self {
            limits,
            started,
            still,
            half_closed: false,
            ran_out: false,
            watch: None,
            timer: None,
        }
    }

    /// Bytes have moved.
    pub fn moved(&mut self) {
        if self.half_closed || self.limits.idle.is_some() {
            self.still.moved(Instant::now());
        }
    }

    /// One of two directions has ended.
    pub fn half_closed(&mut self) {
        self.half_closed = true;
        self.still.moved(Instant::now());
    }

    /// For what is left when carrying is over.
    pub fn grace(&self) -> Grace {
        let Limits { half_close, lifetime, .. } = self.limits;
        let now = Instant::now();
        // Who has been silent for so long already gets no more time.
        let since = if self.ran_out { self.still.since() } else { now };
        let last = lifetime.map(|limit| (self.started + limit).max(now) + half_close);
        Grace::new(half_close, since, last)
    }

    /// Something waits to be delivered, so nobody reads from where it came: a
    /// break there has to be looked for, in a while.
    pub fn watch(&mut self) {
        let pause = pause(self.limits.half_close);
        self.watch.get_or_insert_with(|| Instant::now() + pause);
    }

    /// Waits for the first limit, or for a look. `queued` tells how many
    /// bytes lie in the send queues of both ends.
    pub fn poll_limit(&mut self, cx: &mut Context<'_>, queued: impl Fn() -> usize) -> Poll<Due> {
        loop {
            let Some(due) = self.due() else { return Poll::Pending };
            let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(due)));
            // A timer that fires early finds the later deadline then.
            if due < timer.deadline() {
                timer.as_mut().reset(due);
            }
            if timer.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            if timer.deadline() < due {
                timer.as_mut().reset(due);
            } else if let Some(outcome) = self.over(&queued) {
                return Poll::Ready(Due::End(outcome));
            } else if self.watch.take_if(|at| *at <= Instant::now()).is_some() {
                return Poll::Ready(Due::Look);
            }
        }
    }

    /// When there is something to look at.
    fn due(&self) -> Option<Instant> {
        let silence = self.silence().map(|(limit, _)| self.still.next(limit));
        let lifetime = self.limits.lifetime.map(|limit| self.started + limit);
        silence.into_iter().chain(lifetime).chain(self.watch).min()
    }

    fn over(&mut self, queued: &impl Fn() -> usize) -> Option<Outcome> {
        let now = Instant::now();
        if self.limits.lifetime.is_some_and(|limit| now >= self.started + limit) {
            return Some(Outcome::Lifetime);
        }
        let (limit, outcome) = self.silence()?;
        let silent = self.still.look(now, limit, queued());
        self.ran_out = silent && outcome == Outcome::HalfClosed;
        silent.then_some(outcome)
    }

    /// The shortest limit on silence that is in force.
    fn silence(&self) -> Option<(Duration, Outcome)> {
        let half_close = self.half_closed.then_some((self.limits.half_close, Outcome::HalfClosed));
        let idle = self.limits.idle.map(|limit| (limit, Outcome::Idle));
        half_close.into_iter().chain(idle).min_by_key(|(limit, _)| *limit)
    }
}

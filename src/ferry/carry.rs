//! Both directions of a connection, until it is over.

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll, ready};

use tokio::time::Instant;

use super::clock::{Clock, Due, Limits};
use super::cut::Cut;
use super::flow::{Flow, Moved};
use super::progress::Progress;
use super::stop::{Side, Stop};
use super::wind_up::wind_up;
use crate::endpoint::Conn;
use crate::telemetry::Outcome;
use crate::telemetry::metrics::DirectionMeter;

/// A connection that is carried.
pub struct Crossing<'a, F> {
    /// The end that was accepted.
    pub client: Conn,
    /// The end that was dialled.
    pub target: Conn,
    /// Client to target.
    pub up: F,
    /// Target to client.
    pub down: F,
    /// Counts client to target.
    pub up_meter: &'a DirectionMeter,
    /// Counts target to client.
    pub down_meter: &'a DirectionMeter,
}

/// How a connection ended, and what it had carried.
#[derive(Debug)]
pub struct Ended {
    /// The word.
    pub outcome: Outcome,
    /// Why, where the word leaves a question.
    pub reason: Option<String>,
    /// Client to target.
    pub to_target: Moved,
    /// Target to client.
    pub to_client: Moved,
}

impl<F: Flow> Crossing<'_, F> {
    /// Carries until both directions have ended, a limit says so, or `cut` is
    /// pulled; then closes both ends by the rules.
    // Not an `async fn`: that would hold all of `self` twice, for as long as the
    // connection is open.
    pub fn run(
        mut self,
        limits: Limits,
        started: Instant,
        cut: &Cut,
    ) -> impl Future<Output = Ended> {
        // Should the gateway be killed, that must not look like an end.
        self.client.set_unfinished(true);
        self.target.set_unfinished(true);
        let clock = Clock::new(limits, started);
        let mut progress = Progress::new(&self.client, &self.target, clock);
        async move {
            let stop = self.carry(&mut progress, cut).await;
            let stop = match stop.outcome {
                Outcome::Done if progress.closed_in_full => {
                    Box::pin(self.run_dry(&progress.clock, cut)).await;
                    stop
                }
                Outcome::Done | Outcome::Cut => stop,
                _ => Box::pin(wind_up(&mut self, stop, &progress.clock, cut)).await,
            };
            self.close(stop)
        }
    }

    /// Carries until there is a reason to stop.
    async fn carry(&mut self, progress: &mut Progress, cut: &Cut) -> Stop {
        let mut registered = false;
        let mut wake = pin!(cut.wake());
        poll_fn(|cx| {
            if !registered {
                registered = true;
                let _ = wake.as_mut().poll(cx);
            }
            if cut.is_pulled() {
                return Poll::Ready(Stop::at(Outcome::Cut));
            }
            let stop = self.poll_stop(cx, progress);
            cut.carry(self.up.moved().bytes, self.down.moved().bytes);
            stop
        })
        .await
    }

    fn poll_stop(&mut self, cx: &mut Context<'_>, progress: &mut Progress) -> Poll<Stop> {
        let ticks = self.ticks();
        let (had_failed, over) = (progress.failed.is_some(), progress.over());
        let half_closed = progress.is_half_closed();
        if let Some(stop) = self.poll_both(cx, progress) {
            return Poll::Ready(stop);
        }
        if over != progress.over() {
            self.look_for_full_close(progress);
        }
        let moved = ticks != self.ticks();
        let heard_out = progress.failed.is_some() && self.is_heard_out(progress);
        if progress.over() == (true, true) || (had_failed && heard_out && !moved) {
            return Poll::Ready(progress.stop(Outcome::Done));
        }
        if heard_out {
            // A task's turn may end before what is there does: once more.
            cx.waker().wake_by_ref();
        }
        if half_closed != progress.is_half_closed() {
            progress.clock.half_closed();
        } else if moved {
            progress.clock.moved();
        }
        self.poll_clock(cx, progress)
    }

    fn poll_clock(&self, cx: &mut Context<'_>, progress: &mut Progress) -> Poll<Stop> {
        let queued = || self.client.in_queue() + self.target.in_queue();
        loop {
            if progress.failed.is_none() && !(self.up.is_idle() && self.down.is_idle()) {
                progress.clock.watch();
            }
            match ready!(progress.clock.poll_limit(cx, queued)) {
                Due::End(outcome) => return Poll::Ready(progress.stop(outcome)),
                Due::Look => self.look_for_break(progress),
            }
        }
    }

    /// A reset is read behind all that came before it, which may take for ever
    /// when the other end takes nothing. Only of an end that was not told ours:
    /// to one that was, a connection is over when both have ended, cleanly too.
    fn look_for_break(&self, progress: &mut Progress) {
        if progress.failed.is_some() {
            return;
        }
        if !self.up.is_idle() && !progress.down_over && self.client.is_over() {
            progress.broke(Side::Client);
        } else if !self.down.is_idle() && !progress.up_over && self.target.is_over() {
            progress.broke(Side::Target);
        }
    }

    /// Moves what there is, both ways; a stop ends the connection at once.
    fn poll_both(&mut self, cx: &mut Context<'_>, progress: &mut Progress) -> Option<Stop> {
        let Self { client, target, up, down, up_meter, down_meter } = self;
        if !progress.up_over {
            let tell = progress.failed.is_none();
            let polled = up.poll_carry(cx, client, target, up_meter, tell);
            if let Some(stop) = progress.settle(polled, Side::Client) {
                return Some(stop);
            }
        }
        if !progress.down_over {
            let tell = progress.failed.is_none();
            let polled = down.poll_carry(cx, target, client, down_meter, tell);
            return progress.settle(polled, Side::Target);
        }
        None
    }

    /// An end that takes no more may have sent something before: it goes on
    /// until nothing is left of that.
    fn is_heard_out(&self, progress: &Progress) -> bool {
        let idle = |flow: &F, source: &Conn| flow.is_idle() && !source.ends_by_itself();
        (progress.up_over && idle(&self.down, &self.target))
            || (progress.down_over && idle(&self.up, &self.client))
    }

    /// A party that has left takes no reply: once it has said its end, and
    /// nothing for it is on the way, the other direction is over too.
    fn look_for_full_close(&self, progress: &mut Progress) {
        let left = match (progress.up_over, progress.down_over) {
            (true, false) => self.down.is_idle() && self.client.is_closed_in_full(),
            (false, true) => self.up.is_idle() && self.target.is_closed_in_full(),
            _ => false,
        };
        if left {
            (progress.up_over, progress.down_over) = (true, true);
            progress.closed_in_full = true;
        }
    }

    /// What was sent must arrive before a close that a late reply could turn
    /// into a reset.
    async fn run_dry(&self, clock: &Clock, cut: &Cut) {
        let (mut client, mut target) = (clock.grace(), clock.grace());
        tokio::select! {
            _ = async {
                tokio::join!(client.run_dry(&self.client), target.run_dry(&self.target))
            } => {}
            () = cut.pulled() => {}
        }
    }

    fn ticks(&self) -> u64 {
        self.up.moved().ticks.wrapping_add(self.down.moved().ticks)
    }

    fn close(self, stop: Stop) -> Ended {
        let ended = Ended {
            outcome: stop.outcome,
            reason: stop.reason,
            to_target: self.up.moved(),
            to_client: self.down.moved(),
        };
        if stop.outcome == Outcome::Done {
            self.client.set_unfinished(false);
            self.target.set_unfinished(false);
        } else {
            self.client.abort();
            self.target.abort();
        }
        ended
    }
}

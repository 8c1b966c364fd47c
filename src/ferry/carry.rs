//! Both directions of a connection, until it is over.

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Instant;

use super::clock::{Clock, Limits};
use super::cut::Cut;
use super::flow::{Break, Flow, Moved};
use super::wind_up::{run_dry, wind_up};
use crate::endpoint::Conn;
use crate::frame::FrameError;
use crate::telemetry::Outcome;
use crate::telemetry::metrics::DirectionMeter;
use crate::tls;

/// One of the two ends of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The end that was accepted.
    Client,
    /// The end that was dialled.
    Target,
}

impl Side {
    fn other(self) -> Self {
        match self {
            Self::Client => Self::Target,
            Self::Target => Self::Client,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Target => "target",
        }
    }

    fn gone(self) -> Outcome {
        match self {
            Self::Client => Outcome::ClientGone,
            Self::Target => Outcome::TargetGone,
        }
    }
}

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

/// Why carrying stopped, and which ends are there to be told.
#[derive(Debug)]
pub(super) struct Stop {
    pub outcome: Outcome,
    pub reason: Option<String>,
    pub tell_client: bool,
    pub tell_target: bool,
}

impl Stop {
    fn at(outcome: Outcome) -> Self {
        let tell = !matches!(outcome, Outcome::Done | Outcome::Cut);
        Self { outcome, reason: None, tell_client: tell, tell_target: tell }
    }

    fn broken(side: Side, why: &Break) -> Self {
        let who = side.word();
        // A TLS peer may have said why, in an alert.
        let alert = match why {
            Break::Read(error) | Break::Write(error) => tls::is_refusal_alert(error),
            _ => None,
        };
        let reason = alert.unwrap_or_else(|| format!("{who}: {why}"));
        Self {
            outcome: side.gone(),
            reason: Some(reason),
            tell_client: side == Side::Target,
            tell_target: side == Side::Client,
        }
    }

    /// What stopped a direction that reads from `source`.
    fn of(why: &Break, source: Side) -> Self {
        let outcome = match why {
            Break::Read(_) => return Self::broken(source, why),
            Break::Write(_) => return Self::broken(source.other(), why),
            Break::Unsayable { .. } | Break::Unsendable { .. } => Outcome::Oversize,
            Break::Frame(FrameError::Oversize { .. }) => Outcome::Oversize,
            Break::Frame(_) => Outcome::BadFrame,
        };
        Self { reason: Some(format!("{}: {why}", source.word())), ..Self::at(outcome) }
    }
}

/// How far a connection is.
struct Progress {
    clock: Clock,
    up_over: bool,
    down_over: bool,
    /// Whether the end of that direction leaves the other one half-closed: an
    /// end that carries one way never had two.
    up_counts: bool,
    down_counts: bool,
    /// An end was closed both ways by its party.
    closed_in_full: bool,
    /// A write that failed while the other direction still delivers.
    failed: Option<Stop>,
}

impl<F: Flow> Crossing<'_, F> {
    /// Carries until both directions have ended, a limit says so, or `cut` is
    /// pulled; then closes both ends by the rules.
    pub async fn run(mut self, limits: Limits, started: Instant, cut: &Cut) -> Ended {
        let mut progress = Progress {
            clock: Clock::new(limits, started),
            // An end that only writes has nothing to end.
            up_over: !self.client.reads(),
            down_over: !self.target.reads(),
            up_counts: self.client.reads() && self.target.writes(),
            down_counts: self.target.reads() && self.client.writes(),
            closed_in_full: false,
            failed: None,
        };
        let mut registered = false;
        let mut wake = pin!(cut.wake());
        let stop = poll_fn(|cx| {
            if !registered {
                registered = true;
                let _ = wake.as_mut().poll(cx);
            }
            if cut.is_pulled() {
                return Poll::Ready(Stop::at(Outcome::Cut));
            }
            self.poll_stop(cx, &mut progress)
        })
        .await;
        let stop = match stop.outcome {
            Outcome::Done if progress.closed_in_full => {
                Box::pin(self.run_dry(limits.half_close, cut)).await;
                stop
            }
            Outcome::Done | Outcome::Cut => stop,
            _ => Box::pin(wind_up(&mut self, stop, limits.half_close, cut)).await,
        };
        self.close(stop)
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
        progress.clock.poll_limit(cx).map(|limit| progress.stop(limit))
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
        (progress.up_over && self.down.is_idle()) || (progress.down_over && self.up.is_idle())
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
    async fn run_dry(&self, limit: Duration, cut: &Cut) {
        let deadline = Instant::now() + limit;
        tokio::select! {
            _ = async {
                tokio::join!(run_dry(&self.client, deadline), run_dry(&self.target, deadline))
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
        if stop.outcome != Outcome::Done {
            self.client.abort();
            self.target.abort();
        }
        ended
    }
}

impl Progress {
    fn over(&self) -> (bool, bool) {
        (self.up_over, self.down_over)
    }

    /// The stop for a failure that was noted, else for `outcome`.
    fn stop(&mut self, outcome: Outcome) -> Stop {
        self.failed.take().unwrap_or(Stop::at(outcome))
    }

    fn is_half_closed(&self) -> bool {
        (self.up_over && self.up_counts) || (self.down_over && self.down_counts)
    }

    /// Takes in how a direction that reads from `source` went; a stop ends the
    /// connection at once.
    fn settle(&mut self, polled: Poll<Result<(), Break>>, source: Side) -> Option<Stop> {
        let Poll::Ready(result) = polled else { return None };
        let over = match source {
            Side::Client => &mut self.up_over,
            Side::Target => &mut self.down_over,
        };
        *over = true;
        let why = result.err()?;
        let stop = Stop::of(&why, source);
        match why {
            // The end that takes no more may still have something to say.
            Break::Write(_) => {
                self.failed.get_or_insert(stop);
                None
            }
            _ => Some(self.failed.take().unwrap_or(stop)),
        }
    }
}

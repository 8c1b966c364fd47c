//! How far a connection is: which directions are over, and what has failed.

use std::io;
use std::task::Poll;

use super::clock::Clock;
use super::flow::Break;
use super::stop::{Side, Stop};
use crate::endpoint::Conn;
use crate::telemetry::Outcome;

/// How far a connection is.
pub(super) struct Progress {
    pub clock: Clock,
    pub up_over: bool,
    pub down_over: bool,
    /// Whether the end of that direction leaves the other one half-closed: an
    /// end that carries one way never had two.
    up_counts: bool,
    down_counts: bool,
    /// An end was closed both ways by its party.
    pub closed_in_full: bool,
    /// A write that failed while the other direction still delivers.
    pub failed: Option<Stop>,
}

impl Progress {
    /// Of a connection that was just made. An end that only writes has nothing
    /// to end.
    pub fn new(client: &Conn, target: &Conn, clock: Clock) -> Self {
        Self {
            clock,
            up_over: !client.reads(),
            down_over: !target.reads(),
            up_counts: client.reads() && target.writes(),
            down_counts: target.reads() && client.writes(),
            closed_in_full: false,
            failed: None,
        }
    }

    /// Which directions are over: client to target, target to client.
    pub fn over(&self) -> (bool, bool) {
        (self.up_over, self.down_over)
    }

    /// The stop for a failure that was noted, else for `outcome`.
    pub fn stop(&mut self, outcome: Outcome) -> Stop {
        self.failed.take().unwrap_or(Stop::at(outcome))
    }

    /// Whether one of two directions is over.
    pub fn is_half_closed(&self) -> bool {
        (self.up_over && self.up_counts) || (self.down_over && self.down_counts)
    }

    /// The end of `side` has broken while nobody was reading from it. What came
    /// from it before still goes on, as long as the other end takes it.
    pub fn broke(&mut self, side: Side) {
        let why = Break::Read(io::ErrorKind::ConnectionReset.into());
        self.failed.get_or_insert(Stop::of(&why, side));
        self.clock.half_closed();
    }

    /// Takes in how a direction that reads from `source` went; a stop ends the
    /// connection at once.
    pub fn settle(&mut self, polled: Poll<Result<(), Break>>, source: Side) -> Option<Stop> {
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

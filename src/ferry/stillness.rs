//! For how long nothing has moved, on the way to the peers too.
//!
//! What was written is not with the peer yet: megabytes may lie in the system's
//! send queue and go on, slowly, while nothing is left to do here. No limit on
//! silence may run out meanwhile. The system has no event for that, so the
//! queues are looked at a few times within a limit; never while bytes move here,
//! and once if they turn out to be empty.

use std::time::Duration;

use tokio::time::Instant;

/// Looks within one limit: a peer that stops reading is noticed by so much
/// of the limit too late, and one that reads never too early.
const LOOKS: u32 = 8;
const SHORTEST: Duration = Duration::from_millis(1);

/// The time between two looks, if `limit` is how long silence may last.
pub(super) fn pause(limit: Duration) -> Duration {
    (limit / LOOKS).max(SHORTEST)
}

/// Since when nothing has moved.
#[derive(Debug)]
pub(super) struct Stillness {
    since: Instant,
    /// Boxed, because most connections end without one.
    looked: Option<Box<Look>>,
}

/// What was found in the send queues, and when.
#[derive(Debug)]
struct Look {
    at: Instant,
    queued: usize,
}

impl Stillness {
    /// Nothing has moved since then.
    pub fn new(since: Instant) -> Self {
        Self { since, looked: None }
    }

    /// Since when nothing has moved.
    pub fn since(&self) -> Instant {
        self.since
    }

    /// Bytes have moved here.
    pub fn moved(&mut self, now: Instant) {
        self.since = now;
        self.looked = None;
    }

    /// When to look next, if `limit` is how long it may last.
    pub fn next(&self, limit: Duration) -> Instant {
        let end = self.since + limit;
        match &self.looked {
            Some(look) if look.queued == 0 => end,
            look => {
                let last = look.as_ref().map_or(self.since, |look| look.at);
                (last + pause(limit)).min(end)
            }
        }
    }

    /// Takes in that `queued` bytes lie in send queues; whether nothing has moved
    /// for `limit`.
    pub fn look(&mut self, now: Instant, limit: Duration, queued: usize) -> bool {
        if self.looked.as_ref().is_some_and(|look| queued < look.queued) {
            self.since = now;
        }
        self.looked = Some(Box::new(Look { at: now, queued }));
        now >= self.since + limit
    }
}

//! How long an end has to take what is left for it, before it is aborted.
//!
//! As long as it takes something it goes on: a slow reader loses nothing. A
//! connection with a `max_lifetime` has an end to that, too.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep, sleep_until};

use super::flow::{Break, Flow};
use super::stillness::Stillness;
use crate::endpoint::Conn;

/// The system has no event for "all acknowledged": it is asked this often.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// The wait for one end.
#[derive(Debug)]
pub(super) struct Grace {
    limit: Duration,
    last: Option<Instant>,
    still: Stillness,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Grace {
    /// The end takes nothing for `limit` at most, from `since` on; at `last` it is
    /// over in any case.
    pub fn new(limit: Duration, since: Instant, last: Option<Instant>) -> Self {
        Self { limit, last, still: Stillness::new(since), timer: None }
    }

    /// Does `step` until it is done, and says whether it could be.
    pub async fn wait<F: Flow>(
        &mut self,
        flow: &mut F,
        sink: &mut Conn,
        mut step: impl FnMut(&mut F, &mut Context<'_>, &mut Conn) -> Poll<Result<(), Break>>,
    ) -> bool {
        poll_fn(|cx| {
            let before = flow.moved().ticks;
            if let Poll::Ready(done) = step(flow, cx, sink) {
                return Poll::Ready(done.is_ok());
            }
            if flow.moved().ticks != before {
                self.still.moved(Instant::now());
            }
            self.poll_over(cx, sink).map(|()| false)
        })
        .await
    }

    /// Waits until the peer's system has everything, where our own tells.
    pub async fn run_dry(&mut self, sink: &Conn) {
        let mut pause = FIRST_PAUSE;
        while let Some(left) = sink.unacknowledged().filter(|bytes| *bytes > 0) {
            if self.is_over(left) {
                return;
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn poll_over(&mut self, cx: &mut Context<'_>, sink: &Conn) -> Poll<()> {
        loop {
            let due = self.still.next(self.limit);
            let due = self.last.map_or(due, |last| last.min(due));
            let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(due)));
            if timer.deadline() != due {
                timer.as_mut().reset(due);
            }
            if timer.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            if self.is_over(sink.in_queue()) {
                return Poll::Ready(());
            }
        }
    }

    fn is_over(&mut self, queued: usize) -> bool {
        let now = Instant::now();
        self.still.look(now, self.limit, queued) || self.last.is_some_and(|last| now >= last)
    }
}

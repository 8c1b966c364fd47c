//! A pipe that is busy: a large buffer may wait at it until it has been quiet
//! for a moment, and only so many pipes may be busy at a time.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

/// After so long without a byte a pipe is no longer busy.
const QUIET: Duration = Duration::from_millis(250);

/// Those of the process, each with 64 KiB; the others wait with little, and
/// make one call more for a long message.
static PLACES: Places = Places::new(256);

/// How many pipes may be busy.
struct Places {
    most: usize,
    taken: AtomicUsize,
}

/// One that is busy.
#[derive(Debug)]
struct Place(&'static Places);

/// A place among those that are busy, and when to leave it.
#[derive(Debug)]
pub(super) struct Busy {
    quiet: Pin<Box<Sleep>>,
    /// Something has come since `quiet` was set.
    stirred: bool,
    _place: Place,
}

impl Busy {
    /// `None` if all places are taken, or there is no runtime whose clock could
    /// tell when to stop.
    pub fn begin() -> Option<Self> {
        tokio::runtime::Handle::try_current().ok()?;
        let place = PLACES.take()?;
        Some(Self { quiet: Box::pin(sleep(QUIET)), stirred: true, _place: place })
    }

    /// Something has come.
    pub fn stir(&mut self) {
        self.stirred = true;
    }

    /// Whether it has been quiet for long enough; who asks is woken when it may
    /// be so. The clock is not touched for each message, so it takes between
    /// once and twice [`QUIET`].
    pub fn is_over(&mut self, cx: &mut Context<'_>) -> bool {
        while self.quiet.as_mut().poll(cx) == Poll::Ready(()) {
            if !std::mem::take(&mut self.stirred) {
                return true;
            }
            self.quiet.as_mut().reset(Instant::now() + QUIET);
        }
        false
    }
}

impl Places {
    const fn new(most: usize) -> Self {
        Self { most, taken: AtomicUsize::new(0) }
    }

    fn take(&'static self) -> Option<Place> {
        let more = |taken| (taken < self.most).then_some(taken + 1);
        self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok()?;
        Some(Place(self))
    }
}

impl std::fmt::Debug for Places {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Places")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;

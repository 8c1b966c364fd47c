//! With how much a read waits at a dry pipe: as much as the last messages had.

use crate::sys::windows::pipe::buffer::SMALL;

/// The largest buffer that waits for as long as the pipe is dry.
pub(super) const LONGEST_IDLE: usize = 4096;
/// The largest that waits while the pipe is busy.
pub(super) const LONGEST_BUSY: usize = 64 * 1024;
/// After so many messages that would have fitted into half of it, a smaller one
/// does: messages of many sizes are not to make it come and go.
const SHORT_ONES: u32 = 64;

/// What the last messages have taught.
#[derive(Debug)]
pub(super) struct Waits {
    /// A buffer of so many bytes would have held the last ones.
    bytes: usize,
    /// Messages in a row that half of it would have done for.
    short: u32,
    /// Bytes that have come of a message that goes on.
    begun: usize,
}

impl Waits {
    pub fn new() -> Self {
        Self { bytes: SMALL, short: 0, begun: 0 }
    }

    /// What may wait however long it takes.
    pub fn idle(&self) -> usize {
        self.bytes.min(LONGEST_IDLE)
    }

    /// Whether more than that would do better.
    pub fn is_long(&self) -> bool {
        self.bytes > LONGEST_IDLE
    }

    /// The pipe has gone quiet: what comes next may be of any length.
    pub fn forget_long(&mut self) {
        self.bytes = self.bytes.min(LONGEST_IDLE);
    }

    /// From a piece of `moved` bytes, after which its message may go on.
    pub fn learn(&mut self, moved: usize, goes_on: bool) {
        self.begun = self.begun.saturating_add(moved);
        if goes_on {
            return;
        }
        let len = std::mem::take(&mut self.begun);
        if len > self.bytes {
            self.bytes = len.min(LONGEST_BUSY).next_power_of_two();
            self.short = 0;
        } else if len > self.bytes / 2 || self.bytes == SMALL {
            self.short = 0;
        } else {
            self.short += 1;
            if self.short == SHORT_ONES {
                (self.bytes, self.short) = (self.bytes / 2, 0);
            }
        }
    }
}

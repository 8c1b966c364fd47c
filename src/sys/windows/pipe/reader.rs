//! Reading a pipe piece by piece, with no large buffer while it is dry.
//!
//! A read must be waiting before a message comes, and whatever it waits with is
//! held for as long. So it waits with little: as much as the last messages had,
//! within [`LONGEST_WAIT`]. A message that is longer takes a look and a second
//! read.

use std::io;
use std::task::{Context, Poll, ready};

use windows_sys::Win32::Foundation::{ERROR_MORE_DATA, ERROR_SUCCESS};

use super::buffer::{self, SMALL};
use super::handle::PipeHandle;
use super::operation::{Call, Flight, Landed, Request};
use super::system_error;

/// The largest buffer that waits at a dry pipe.
const LONGEST_WAIT: usize = 4096;
/// After so many messages that would have fitted into half of it, a smaller one
/// does: messages of many sizes are not to make it come and go.
const SHORT_ONES: u32 = 64;

/// What one read found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'a> {
    /// Bytes; none is an empty message, or an empty write to a byte-type pipe.
    pub bytes: &'a [u8],
    /// The message goes on after these (ERROR_MORE_DATA).
    pub more: bool,
}

/// The reading half of a pipe.
#[derive(Debug)]
pub(super) struct Reader {
    flight: Flight,
    /// Held always; empty while in flight.
    small: Vec<u8>,
    /// How large it is to be at the next read of a dry pipe.
    waits: usize,
    /// Messages in a row that half of it would have done for.
    short: u32,
    /// Bytes that have come of a message that goes on.
    begun: usize,
    /// Held while there is more to read than fits the small one.
    large: Vec<u8>,
    /// Ask how much there is before the next read.
    look: bool,
    messages: bool,
}

impl Reader {
    pub(super) fn new(flight: Flight, messages: bool) -> Self {
        let (small, large) = (vec![0; SMALL], Vec::new());
        Self { flight, small, waits: SMALL, short: 0, begun: 0, large, look: false, messages }
    }

    pub(super) fn expect_messages(&mut self) {
        self.messages = true;
    }

    pub(super) fn is_reading(&self) -> bool {
        !self.flight.is_idle()
    }

    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        room: usize,
    ) -> Poll<io::Result<Piece<'_>>> {
        let budget = ready!(tokio::task::coop::poll_proceed(cx));
        let Self { flight, small, waits, large, look, messages, .. } = self;
        let landed = ready!(flight.poll(cx, |handle| {
            let there = if *look { there_is(handle, *messages) } else { 0 };
            read_into((small, *waits), large, there.min(room), room)
        }));
        budget.made_progress();
        Poll::Ready(self.take(landed))
    }

    /// Bytes of memory that wait between reads or while the pipe is dry.
    #[cfg(test)]
    pub(super) fn holds(&self) -> usize {
        self.large.len() + self.waits
    }

    fn take(&mut self, landed: Landed) -> io::Result<Piece<'_>> {
        let Landed { memory, asked, moved, error } = landed;
        let is_large = memory.len() > LONGEST_WAIT;
        *(if is_large { &mut self.large } else { &mut self.small }) = memory;
        let more = error == ERROR_MORE_DATA;
        if error != ERROR_SUCCESS && !more {
            self.look = false;
            buffer::give_back(std::mem::take(&mut self.large));
            return Err(system_error(error));
        }
        // A full buffer tells nothing of messages: their end is marked.
        let maybe_more = more || (moved == asked && !self.messages);
        self.look = maybe_more || is_large;
        self.learn(moved, maybe_more);
        let memory = if is_large { &self.large } else { &self.small };
        Ok(Piece { bytes: &memory[..moved], more })
    }

    /// From a piece of `moved` bytes: with how much the next read waits.
    fn learn(&mut self, moved: usize, goes_on: bool) {
        self.begun = self.begun.saturating_add(moved);
        if goes_on {
            return;
        }
        let len = std::mem::take(&mut self.begun);
        if len > self.waits {
            self.waits = len.next_power_of_two().min(LONGEST_WAIT);
            self.short = 0;
        } else if len > self.waits / 2 || self.waits == SMALL {
            self.short = 0;
        } else {
            self.short += 1;
            if self.short == SHORT_ONES {
                (self.waits, self.short) = (self.waits / 2, 0);
            }
        }
    }
}

/// How many bytes a read could get now; 0 if that cannot be told, for then the
/// read itself says why.
fn there_is(handle: &PipeHandle, messages: bool) -> usize {
    let peeked = handle.peek();
    let bytes =
        peeked.map_or(0, |peeked| if messages { peeked.left_in_message } else { peeked.available });
    bytes as usize
}

/// A read for `there` bytes, which are in the pipe, or for the first that come.
fn read_into(
    (small, waits): (&mut Vec<u8>, usize),
    large: &mut Vec<u8>,
    there: usize,
    room: usize,
) -> Request {
    if there > waits {
        if large.len() < there {
            buffer::give_back(std::mem::take(large));
            *large = buffer::borrow(there.checked_next_power_of_two().unwrap_or(there).min(room));
        }
        return read(std::mem::take(large), room);
    }
    buffer::give_back(std::mem::take(large));
    if small.len() != waits {
        *small = vec![0; waits];
    }
    read(std::mem::take(small), room)
}

fn read(memory: Vec<u8>, room: usize) -> Request {
    let len = memory.len().min(room.max(1));
    Request { call: Call::Read, len: u32::try_from(len).unwrap_or(u32::MAX), memory }
}

//! Reading a pipe piece by piece, with no large buffer while it is dry.
//!
//! A read must be waiting before a message comes, and whatever it waits with is
//! held for as long. So at a pipe that is quiet it waits with little, by what
//! the last messages had ([`waits`]). While the pipe is [`busy`] with long ones
//! a large buffer waits; when none has come for a moment, that read is called
//! off, which loses nothing, and one with little takes its place.

mod busy;
mod waits;

use std::io;
use std::task::{Context, Poll, ready};

use windows_sys::Win32::Foundation::{ERROR_MORE_DATA, ERROR_OPERATION_ABORTED, ERROR_SUCCESS};

use super::buffer::{self, SMALL};
use super::handle::PipeHandle;
use super::operation::{Call, Flight, Landed, Request};
use super::system_error;
use busy::Busy;
use waits::{LONGEST_BUSY, LONGEST_IDLE, Waits};

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
    messages: bool,
    /// The last read may have left something in the pipe.
    more: bool,
    /// The read in flight is to end, so that its large buffer can go.
    called_off: bool,
    waits: Waits,
    /// Held always; empty while in flight.
    small: Vec<u8>,
    /// Held while there is more to read than fits the small one, and while the
    /// pipe is busy.
    large: Vec<u8>,
    busy: Option<Box<Busy>>,
}

impl Reader {
    pub(super) fn new(flight: Flight, messages: bool) -> Self {
        Self {
            flight,
            messages,
            more: false,
            called_off: false,
            waits: Waits::new(),
            small: vec![0; SMALL],
            large: Vec::new(),
            busy: None,
        }
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
        loop {
            let Poll::Ready(landed) = self.poll_flight(cx, room) else {
                self.call_off_if_quiet(cx);
                return Poll::Pending;
            };
            let called_off = std::mem::take(&mut self.called_off);
            if called_off && landed.error == ERROR_OPERATION_ABORTED {
                buffer::give_back(landed.memory);
                self.busy = None;
                // It waited, so there was nothing; of a message the rest is.
                self.more &= self.messages;
                self.waits.forget_long();
                continue;
            }
            budget.made_progress();
            return Poll::Ready(self.take(landed));
        }
    }

    fn poll_flight(&mut self, cx: &mut Context<'_>, room: usize) -> Poll<Landed> {
        let Self { flight, messages, more, waits, small, large, busy, .. } = self;
        flight.poll(cx, |handle| {
            // Whether a read over SMB that is called off loses nothing, nobody
            // says.
            let may_be_busy = handle.skips();
            let there = match (*more, *messages) {
                // A larger buffer would get no more.
                _ if room <= waits.idle() => 0,
                (false, _) if waits.is_long() && may_be_busy && is_busy(busy) => LONGEST_BUSY,
                (false, _) => 0,
                (true, true) => rest_of_message(handle, large.len(), room),
                (true, false) => {
                    there_may_be(handle, large.len(), room, may_be_busy && is_busy(busy))
                }
            };
            let waits_long = !*more && there > 0;
            if !waits_long && (!*more || there == 0) {
                *busy = None;
                buffer::give_back(std::mem::take(large));
            }
            if there <= waits.idle() {
                return read_small(small, waits.idle(), room);
            }
            if large.len() < there || waits_long && large.len() > LONGEST_BUSY {
                buffer::give_back(std::mem::take(large));
                *large = buffer::borrow(there.min(room).next_power_of_two());
            }
            read(std::mem::take(large), room)
        })
    }

    /// Once the pipe has been quiet for a moment, its large buffer has waited
    /// long enough.
    fn call_off_if_quiet(&mut self, cx: &mut Context<'_>) {
        let Some(busy) = &mut self.busy else { return };
        if !self.called_off && busy.is_over(cx) {
            self.called_off = true;
            self.flight.call_off();
        }
    }

    /// Bytes of memory that wait between reads or while the pipe is dry.
    #[cfg(test)]
    pub(super) fn holds(&self) -> usize {
        let busy = self.busy.as_ref().map_or(0, |_| LONGEST_BUSY);
        self.large.len().max(busy) + self.waits.idle()
    }

    fn take(&mut self, landed: Landed) -> io::Result<Piece<'_>> {
        let Landed { memory, asked, moved, error } = landed;
        let is_large = memory.len() > LONGEST_IDLE;
        *(if is_large { &mut self.large } else { &mut self.small }) = memory;
        let more = error == ERROR_MORE_DATA;
        if error != ERROR_SUCCESS && !more {
            (self.more, self.busy) = (false, None);
            buffer::give_back(std::mem::take(&mut self.large));
            return Err(system_error(error));
        }
        if let Some(busy) = &mut self.busy {
            busy.stir();
        }
        // A full buffer tells nothing of messages: their end is marked.
        self.more = more || (moved == asked && !self.messages);
        self.waits.learn(moved, self.more);
        let memory = if is_large { &self.large } else { &self.small };
        Ok(Piece { bytes: &memory[..moved], more })
    }
}

/// Whether a large buffer may wait.
fn is_busy(busy: &mut Option<Box<Busy>>) -> bool {
    if busy.is_none() {
        *busy = Busy::begin().map(Box::new);
    }
    busy.is_some()
}

/// How much to read of what a message has left, which is there: after a small
/// read not asked, for most messages are no longer.
fn rest_of_message(handle: &PipeHandle, held: usize, room: usize) -> usize {
    match held {
        0 => LONGEST_BUSY,
        _ if held >= room => held,
        _ => handle.peek().map_or(0, |peeked| peeked.left_in_message) as usize,
    }
}

/// How much to read after a buffer of bytes was full. There may be nothing, so
/// only a `busy` pipe reads without a look.
fn there_may_be(handle: &PipeHandle, held: usize, room: usize, busy: bool) -> usize {
    if busy && (held == 0 || held >= room && held <= LONGEST_BUSY) {
        return LONGEST_BUSY;
    }
    // What cannot be told the read itself will say.
    let there = handle.peek().map_or(0, |peeked| peeked.available) as usize;
    if busy { there.max(LONGEST_BUSY) } else { there }
}

/// A read with little, which may wait.
fn read_small(small: &mut Vec<u8>, len: usize, room: usize) -> Request {
    if small.len() != len {
        *small = vec![0; len];
    }
    read(std::mem::take(small), room)
}

fn read(memory: Vec<u8>, room: usize) -> Request {
    let len = memory.len().min(room.max(1));
    Request { call: Call::Read, len: u32::try_from(len).unwrap_or(u32::MAX), memory }
}

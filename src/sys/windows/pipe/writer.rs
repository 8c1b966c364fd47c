//! Writing to a pipe, one WriteFile a write, until it has completed.

use std::io;
use std::task::{Context, Poll, ready};

use windows_sys::Win32::Foundation::ERROR_SUCCESS;

use super::buffer::{self, SMALL};
use super::operation::{Call, Flight, Landed, Request};
use super::system_error;

/// The writing half of a pipe.
#[derive(Debug)]
pub(super) struct Writer {
    flight: Flight,
    /// Made at the first write, then held; empty while in flight.
    small: Vec<u8>,
}

impl Writer {
    pub(super) fn new(flight: Flight) -> Self {
        Self { flight, small: Vec::new() }
    }

    pub(super) fn is_writing(&self) -> bool {
        !self.flight.is_idle()
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<()>> {
        let budget = ready!(tokio::task::coop::poll_proceed(cx));
        let Ok(len) = u32::try_from(bytes.len()) else {
            return Poll::Ready(Err(io::ErrorKind::InvalidInput.into()));
        };
        let small = &mut self.small;
        let landed = ready!(self.flight.poll(cx, |_| {
            let mut memory = borrow(small, bytes.len());
            memory[..bytes.len()].copy_from_slice(bytes);
            Request { call: Call::Write, memory, len }
        }));
        budget.made_progress();
        Poll::Ready(self.finish(landed))
    }

    fn finish(&mut self, landed: Landed) -> io::Result<()> {
        let Landed { memory, asked, moved, error } = landed;
        if memory.len() > SMALL {
            buffer::give_back(memory);
        } else {
            self.small = memory;
        }
        match error {
            ERROR_SUCCESS if moved == asked => Ok(()),
            // A pipe that waits takes all or fails; were it not so, a message
            // would go on cut short.
            ERROR_SUCCESS => Err(io::ErrorKind::WriteZero.into()),
            code => Err(system_error(code)),
        }
    }
}

/// Memory for `bytes`.
fn borrow(small: &mut Vec<u8>, bytes: usize) -> Vec<u8> {
    if bytes > SMALL {
        return buffer::borrow(bytes);
    }
    let small = std::mem::take(small);
    if small.is_empty() { vec![0; SMALL] } else { small }
}

//! Windows named pipes, by overlapped I/O of our own on one completion port.
//!
//! The runtime's pipe types lose the ends of messages and cannot say when a
//! write has completed; these do neither. A pipe is read piece by piece, each
//! with the mark whether its message goes on, and a write is done when the
//! system has taken all of it, so that closing then loses nothing.
//!
//! Nothing here retries, waits for an instance or decides what an end means;
//! and nothing here may ever call DisconnectNamedPipe, which throws away what
//! the client has not read.

mod buffer;
mod create;
mod handle;
mod open;
mod operation;
mod port;
mod reader;
mod security;
mod writer;

pub use create::{CreateOptions, Instance, UNLIMITED_INSTANCES, create};
pub use handle::{Peeked, PipeInfo, PipeState, Tickets};
pub use open::{Impersonation, open};
pub use reader::Piece;

use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_BROKEN_PIPE, ERROR_FILE_NOT_FOUND, ERROR_NO_DATA, ERROR_PIPE_BUSY,
    ERROR_PIPE_NOT_CONNECTED,
};

use handle::PipeHandle;
use operation::Flight;
use reader::Reader;
use writer::Writer;

/// Which way data goes, seen from this end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Both; PIPE_ACCESS_DUPLEX for the server's end.
    Both,
    /// To us only; PIPE_ACCESS_INBOUND.
    Read,
    /// From us only; PIPE_ACCESS_OUTBOUND.
    Write,
}

/// One connected end of a named pipe.
///
/// One read and one write may be in flight at the same time. Dropping it calls
/// off both; the handle is closed, and its ticket released, when the system has
/// let go of them. A write that has not completed is lost then: see
/// [`Pipe::is_writing`].
#[derive(Debug)]
pub struct Pipe {
    reader: Reader,
    writer: Writer,
    handle: Arc<PipeHandle>,
}

impl Pipe {
    /// `flight` is one of `handle`'s, and idle or called off.
    fn new(handle: Arc<PipeHandle>, flight: Flight, message_read_mode: bool) -> Self {
        Self {
            reader: Reader::new(flight, message_read_mode),
            writer: Writer::new(Flight::new(&handle)),
            handle,
        }
    }

    /// Reads once: what there is, up to `room` bytes (and never more than one
    /// message in message read mode).
    ///
    /// While the pipe is dry 512 bytes to 4 KiB wait for what comes, by what the
    /// last messages had; a larger buffer is held as long as there is more to
    /// read, and one of 64 KiB until half a second after the last long message
    /// (at most 256 pipes of the process; it takes a runtime with a clock). A
    /// read that is in flight already keeps the room that it was begun with. To drop what waits for
    /// this loses nothing: a read that has completed is kept for the next call.
    ///
    /// # Errors
    /// The system's own, by number. [`is_end`] tells those that mean that no
    /// more will come.
    pub fn poll_read(&mut self, cx: &mut Context<'_>, room: usize) -> Poll<io::Result<Piece<'_>>> {
        self.reader.poll(cx, room)
    }

    /// Writes all of `bytes` by one WriteFile: one message on a message-type
    /// pipe, an empty one too. Ready when the system has taken them; what it
    /// has taken reaches the reader even if this end is closed at once.
    ///
    /// The bytes are copied at the first call; until it is ready, call again
    /// with the same ones.
    ///
    /// # Errors
    /// `InvalidInput` above 4 GiB - 1, else the system's own, by number.
    pub fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<()>> {
        self.writer.poll(cx, bytes)
    }

    /// Whether a write was begun whose result nobody has taken yet.
    pub fn is_writing(&self) -> bool {
        self.writer.is_writing()
    }

    /// Makes reads keep to messages: PIPE_READMODE_MESSAGE. For a client whose
    /// server made the pipe of message type; a server's end that was created so
    /// reads so already.
    ///
    /// # Errors
    /// The system's own; 87 on a byte-type pipe.
    pub fn set_message_read_mode(&mut self) -> io::Result<()> {
        self.handle.set_message_read_mode()?;
        self.reader.expect_messages();
        Ok(())
    }

    /// How much there is to read. It touches nothing.
    ///
    /// # Errors
    /// `ResourceBusy` while a read is in flight or its result not taken, for
    /// then the figures would be without it; the system's own.
    pub fn peek(&mut self) -> io::Result<Peeked> {
        if self.reader.is_reading() {
            return Err(io::ErrorKind::ResourceBusy.into());
        }
        self.handle.peek()
    }

    /// How the pipe was made.
    ///
    /// # Errors
    /// The system's own; 5 at a server's end that only writes, whose handle has
    /// no right to ask (FILE_READ_ATTRIBUTES).
    pub fn info(&self) -> io::Result<PipeInfo> {
        self.handle.info()
    }

    /// What can change while a pipe lives.
    ///
    /// # Errors
    /// As [`Pipe::info`].
    pub fn state(&self) -> io::Result<PipeState> {
        self.handle.state()
    }

    /// The process that opened the client's end. Its number may belong to
    /// another process by now: for people to read, not to decide by.
    ///
    /// # Errors
    /// The system's own.
    pub fn client_pid(&self) -> io::Result<u32> {
        self.handle.client_pid()
    }

    /// The process that created this instance; the same caution.
    ///
    /// # Errors
    /// The system's own.
    pub fn server_pid(&self) -> io::Result<u32> {
        self.handle.server_pid()
    }
}

/// Whether a read or a write failed because the other end is gone: 109, 232 or
/// 233. What it had written before was read before this came.
pub fn is_end(error: &io::Error) -> bool {
    has_code(error, &[ERROR_BROKEN_PIPE, ERROR_NO_DATA, ERROR_PIPE_NOT_CONNECTED])
}

/// Whether all instances of a pipe are taken.
pub fn is_busy(error: &io::Error) -> bool {
    has_code(error, &[ERROR_PIPE_BUSY])
}

/// Whether there is no such pipe.
pub fn is_missing(error: &io::Error) -> bool {
    has_code(error, &[ERROR_FILE_NOT_FOUND])
}

/// Whether an instance could not be made because others of the name are there:
/// too many of them, or any where the name was to be claimed.
pub fn is_held(error: &io::Error) -> bool {
    has_code(error, &[ERROR_PIPE_BUSY, ERROR_ACCESS_DENIED])
}

fn has_code(error: &io::Error, codes: &[u32]) -> bool {
    error.raw_os_error().is_some_and(|code| codes.contains(&code.cast_unsigned()))
}

/// The error that Windows calls `code`.
fn system_error(code: u32) -> io::Error {
    io::Error::from_raw_os_error(code.cast_signed())
}

#[cfg(test)]
mod tests;

//! A message pipe whose messages are kept apart, of whatever length.

use std::io::{self, IoSlice};
use std::task::{Context, Poll, ready};

use super::open::OpenPipe;
use crate::endpoint::message::{Message, SendError};

/// A message is read in pieces of at most this many bytes.
const PIECE: usize = 1024 * 1024;
/// Room for the pieces of a message is kept up to so much.
const KEEP: usize = 4 * 1024;

/// A message pipe.
#[derive(Debug)]
pub struct MessagePipe {
    pipe: OpenPipe,
    /// What has come of a message that came in pieces.
    begun: Vec<u8>,
    /// A piece has come, of which `begun` may be empty: more will follow.
    more: bool,
}

impl MessagePipe {
    /// Takes an open pipe in message read mode.
    pub fn new(pipe: OpenPipe) -> Self {
        Self { pipe, begun: Vec::new(), more: false }
    }

    /// See [`OpenPipe::reads`].
    pub fn reads(&self) -> bool {
        self.pipe.reads()
    }

    /// See [`OpenPipe::writes`].
    pub fn writes(&self) -> bool {
        self.pipe.writes()
    }

    /// What has been written to a pipe has been taken.
    pub fn in_queue(&self) -> usize {
        0
    }

    /// See [`OpenPipe::is_closed_in_full`].
    pub fn is_closed_in_full(&self) -> bool {
        self.pipe.is_closed_in_full()
    }

    /// See [`OpenPipe::poll_end`].
    ///
    /// # Errors
    /// The system's.
    pub fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.pipe.poll_end(cx)
    }

    /// Receives one message, or the end, and gives the message to `take`; true
    /// once the end has come. One longer than `limit` is too long, and the rest
    /// of it is not read.
    ///
    /// # Errors
    /// `UnexpectedEof` if the pipe was closed inside a message; the system's.
    pub fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        limit: usize,
        mut take: impl FnMut(Message<'_>),
    ) -> Poll<io::Result<bool>> {
        let empty_is_end = self.pipe.empty_is_end();
        loop {
            let room = limit.saturating_sub(self.begun.len()).saturating_add(1).min(PIECE);
            let Some(piece) = ready!(self.pipe.poll_read(cx, room))? else {
                return Poll::Ready(self.ended());
            };
            let len = self.begun.len() + piece.bytes.len();
            if len > limit {
                take(Message::TooLong(len));
                return Poll::Ready(Ok(false));
            }
            let first = !std::mem::replace(&mut self.more, piece.more);
            if first && !piece.more {
                let end = piece.bytes.is_empty() && empty_is_end;
                if !end {
                    take(Message::Whole(piece.bytes));
                }
                return Poll::Ready(Ok(end));
            }
            self.begun.extend_from_slice(piece.bytes);
            if !piece.more {
                take(Message::Whole(&self.begun));
                self.begun.clear();
                self.begun.shrink_to(KEEP);
                return Poll::Ready(Ok(false));
            }
        }
    }

    /// The pipe is closed; nothing of a message that was begun may go on.
    fn ended(&self) -> io::Result<bool> {
        if self.more {
            let why = "the pipe was closed inside a message";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, why));
        }
        Ok(true)
    }

    /// Sends the first message; 1 when the system has it for good. To be called
    /// with the same message until then.
    ///
    /// # Errors
    /// The system's; [`SendError::TooLong`] beyond what WriteFile takes.
    pub fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        messages: &[IoSlice<'_>],
    ) -> Poll<Result<usize, SendError>> {
        let Some(message) = messages.first() else { return Poll::Ready(Ok(0)) };
        if u32::try_from(message.len()).is_err() {
            return Poll::Ready(Err(SendError::TooLong));
        }
        ready!(self.pipe.poll_write(cx, message)).map_err(SendError::Io)?;
        Poll::Ready(Ok(1))
    }
}

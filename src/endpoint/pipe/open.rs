//! An open pipe, and how its end is told: what bytes and messages share.

use std::io;
use std::task::{Context, Poll, ready};

use crate::config::{Access, PipeHalfClose};
use crate::sys::windows::pipe::{self, Piece, Pipe};

/// An open pipe.
#[derive(Debug)]
pub struct OpenPipe {
    /// `None` once we have closed it.
    pipe: Option<Pipe>,
    access: Access,
    half_close: PipeHalfClose,
    /// The other party has closed it.
    closed: bool,
    told: bool,
}

impl OpenPipe {
    /// Takes a connected pipe; `access` is what we may do with it.
    pub fn new(pipe: Pipe, access: Access, half_close: PipeHalfClose) -> Self {
        Self { pipe: Some(pipe), access, half_close, closed: false, told: false }
    }

    /// Whether anything can come from it.
    pub fn reads(&self) -> bool {
        self.access != Access::Outbound
    }

    /// Whether anything can go to it.
    pub fn writes(&self) -> bool {
        self.access != Access::Inbound
    }

    /// Whether an empty message says that no more will come: who is told so
    /// says so too.
    pub fn empty_is_end(&self) -> bool {
        self.half_close == PipeHalfClose::ZeroMessage
    }

    /// Whether the other party has closed it, which on a pipe is always both
    /// ways: Win32 errors 109, 232 and 233.
    pub fn is_closed_in_full(&self) -> bool {
        self.closed
    }

    /// Reads once; `None` is the end.
    ///
    /// # Errors
    /// The system's.
    pub fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        room: usize,
    ) -> Poll<io::Result<Option<Piece<'_>>>> {
        let Some(pipe) = &mut self.pipe else { return Poll::Ready(Ok(None)) };
        match ready!(pipe.poll_read(cx, room)) {
            Ok(piece) => Poll::Ready(Ok(Some(piece))),
            Err(error) if pipe::is_end(&error) => {
                self.closed = true;
                Poll::Ready(Ok(None))
            }
            Err(error) => Poll::Ready(Err(error)),
        }
    }

    /// Writes all of `bytes` as one; ready when the system has them for good.
    /// To be called with the same bytes until then.
    ///
    /// # Errors
    /// The system's.
    pub fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<()>> {
        match &mut self.pipe {
            Some(pipe) => pipe.poll_write(cx, bytes),
            None => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }

    /// Tells the other party that no more will come, as `half_close` says. All
    /// that was written has completed, so that closing loses nothing of it.
    ///
    /// # Errors
    /// The system's.
    pub fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.half_close {
            // Who is only read from waits for nothing.
            _ if self.told || !self.writes() => {}
            PipeHalfClose::None => {}
            PipeHalfClose::ZeroMessage => match ready!(self.poll_write(cx, &[])) {
                // It has left; there is nobody to be told.
                Err(error) if pipe::is_end(&error) => {}
                written => written?,
            },
            PipeHalfClose::Close => {
                // Whoever waits to read from it learns that here.
                self.pipe = None;
                cx.waker().wake_by_ref();
            }
        }
        self.told = true;
        Poll::Ready(Ok(()))
    }
}

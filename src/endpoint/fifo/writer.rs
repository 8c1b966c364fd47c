//! The writing side of a FIFO.
//!
//! As for the reading side: the runtime never forgets that the readers had
//! left, although another one may have come before that was noticed.

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::task::{Context, Poll, ready};

use rustix::fs::OFlags;
use tokio::io::unix::AsyncFd;

use super::open::{anew, open};

/// A FIFO that is open for writing.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) pipe: AsyncFd<OwnedFd>,
}

impl Writer {
    /// Opens it if somebody reads.
    ///
    /// # Errors
    /// ENXIO if nobody reads, `InvalidInput` if it is no FIFO, else the
    /// system's.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { pipe: open(path, OFlags::WRONLY)? })
    }

    /// Writes some of `bytes`, which are not empty.
    ///
    /// # Errors
    /// `BrokenPipe` when no reader is left, else the system's.
    pub fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        loop {
            let mut guard = ready!(self.pipe.poll_write_ready(cx))?;
            let readers_had_left = guard.ready().is_write_closed();
            match guard.try_io(|pipe| Ok(rustix::io::write(pipe, bytes)?)) {
                Ok(written) => return Poll::Ready(written),
                // Full and not broken: there is a reader again.
                Err(_would_block) if readers_had_left => self.pipe = anew(&self.pipe)?,
                Err(_would_block) => {}
            }
        }
    }
}

//! The reading side of a FIFO.
//!
//! The runtime never forgets that the writers of a pipe had left, although a
//! FIFO may get new ones before it was read to the end: from then on each
//! empty read would look like news. So it is registered [`anew`] then.

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::task::{Context, Poll, ready};

use rustix::fs::OFlags;
use tokio::io::ReadBuf;
use tokio::io::unix::AsyncFd;

use super::open::{anew, open};

/// A FIFO that is open for reading.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) pipe: AsyncFd<OwnedFd>,
}

impl Reader {
    /// Opens it whether or not anybody writes.
    ///
    /// # Errors
    /// The system's; `InvalidInput` if it is no FIFO.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { pipe: open(path, OFlags::RDONLY)? })
    }

    /// Waits until there is something to read, or writers have left.
    ///
    /// # Errors
    /// The system's.
    pub async fn readable(&self) -> io::Result<()> {
        self.pipe.readable().await?.retain_ready();
        Ok(())
    }

    /// Reads what is there; nothing is the end, when no writer is left.
    ///
    /// # Errors
    /// The system's.
    pub fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            let mut guard = ready!(self.pipe.poll_read_ready(cx))?;
            let writers_had_left = guard.ready().is_read_closed();
            let spare = into.initialize_unfilled();
            match guard.try_io(|pipe| Ok(rustix::io::read(pipe, spare)?)) {
                Ok(got) => {
                    into.advance(got?);
                    return Poll::Ready(Ok(()));
                }
                // Nothing to read and not the end: there is a writer again.
                Err(_would_block) if writers_had_left => self.pipe = anew(&self.pipe)?,
                Err(_would_block) => {}
            }
        }
    }
}

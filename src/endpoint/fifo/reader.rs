//! The reading side of a FIFO.
//!
//! The runtime never forgets that the writers of a pipe had left, although a
//! FIFO may get new ones before it was read to the end: from then on each
//! empty read would look like news. A fresh registration knows how it stands.

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::task::{Context, Poll, ready};

use rustix::fs::{FileType, Mode, OFlags};
use tokio::io::ReadBuf;
use tokio::io::unix::AsyncFd;

use super::no_fifo;
use crate::sys;

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
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let pipe = rustix::fs::open(path, flags, Mode::empty())?;
        if FileType::from_raw_mode(rustix::fs::fstat(&pipe)?.st_mode) != FileType::Fifo {
            return Err(no_fifo());
        }
        Ok(Self { pipe: sys::socket::register(pipe)? })
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
                Err(_would_block) if writers_had_left => self.register_anew()?,
                Err(_would_block) => {}
            }
        }
    }

    /// The same open file under another number, so that nothing is lost.
    fn register_anew(&mut self) -> io::Result<()> {
        let again = self.pipe.get_ref().try_clone()?;
        self.pipe = sys::socket::register(again)?;
        Ok(())
    }
}

//! Tells when a reader of a FIFO has left.
//!
//! There is no asking: opening the FIFO to see whether a reader is still there
//! would release one that has just come, and let it read an empty stream.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use tokio::io::unix::AsyncFd;

use crate::sys;

/// Watches the closing of descriptors that were open for reading; inotify(7).
#[derive(Debug)]
pub(super) struct Departures {
    watch: AsyncFd<OwnedFd>,
}

impl Departures {
    /// From now on, at the FIFO `path`.
    ///
    /// # Errors
    /// The system's: its limit of watches, most likely.
    pub fn of(path: &Path) -> io::Result<Self> {
        let watch = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        inotify::add_watch(&watch, path, WatchFlags::CLOSE_NOWRITE)?;
        Ok(Self { watch: sys::socket::register(watch)? })
    }

    /// Waits until at least one has left since the last call.
    ///
    /// # Errors
    /// The system's.
    pub async fn next(&self) -> io::Result<()> {
        let mut events = [MaybeUninit::uninit(); 1024];
        self.watch
            .async_io(tokio::io::Interest::READABLE, |watch| {
                let mut reader = inotify::Reader::new(watch, &mut events);
                reader.next()?;
                while reader.next().is_ok() {}
                Ok(())
            })
            .await
    }
}

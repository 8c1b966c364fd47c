//! Tells when a reader of a FIFO has left, and when the FIFO itself has gone.
//!
//! There is no asking for readers: opening the FIFO to see whether one is still
//! there would release one that has just come, and let it read an empty stream.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::sys;

/// Number of no watch.
const NONE: i32 = -1;

/// What is watched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    /// That another file is at the path, or none.
    Replacement,
    /// That, and the closing of descriptors that were open for reading.
    Departures,
}

/// Watches the file at a path; inotify(7).
#[derive(Debug)]
pub(super) struct Watch {
    inotify: AsyncFd<OwnedFd>,
    path: PathBuf,
    flags: WatchFlags,
    /// Numbers one file as long as it is watched.
    number: i32,
}

impl Watch {
    /// Follows no file yet.
    ///
    /// # Errors
    /// The system's: its limit of inotify instances, most likely.
    pub fn new(path: &Path, what: For) -> io::Result<Self> {
        let inotify = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        // Removal shows as a change of the number of links while it is open.
        let mut flags = WatchFlags::ATTRIB | WatchFlags::DELETE_SELF | WatchFlags::MOVE_SELF;
        if what == For::Departures {
            flags |= WatchFlags::CLOSE_NOWRITE;
        }
        let inotify = sys::socket::register(inotify)?;
        Ok(Self { inotify, path: path.to_owned(), flags, number: NONE })
    }

    /// Follows the file that is at the path now; says whether it is another one
    /// than before.
    ///
    /// # Errors
    /// `NotFound`, or the system's.
    pub fn follow(&mut self) -> io::Result<bool> {
        let number = self.number_at_path()?;
        let other = number != self.number;
        if other {
            self.leave();
            self.number = number;
        }
        Ok(other)
    }

    /// Follows no file: whichever is there is another one.
    pub fn leave(&mut self) {
        // It may have gone with its file.
        let _ = inotify::remove_watch(&self.inotify, self.number);
        self.number = NONE;
    }

    /// Forgets what has happened.
    pub fn forget(&mut self) {
        let mut events = [MaybeUninit::uninit(); 1024];
        let mut reader = inotify::Reader::new(self.inotify.get_ref(), &mut events);
        while reader.next().is_ok() {}
    }

    /// Waits until what is watched for has happened since it was forgotten.
    ///
    /// # Errors
    /// The system's.
    pub async fn happened(&self) -> io::Result<()> {
        loop {
            let flags = self.inotify.async_io(Interest::READABLE, |fd| self.read(fd)).await?;
            let departed = flags.intersects(ReadFlags::CLOSE_NOWRITE | ReadFlags::QUEUE_OVERFLOW);
            // Rights may have changed, and nothing else.
            if departed || !self.number_at_path().is_ok_and(|number| number == self.number) {
                return Ok(());
            }
        }
    }

    /// All that has happened to the file.
    fn read(&self, fd: &OwnedFd) -> io::Result<ReadFlags> {
        let mut events = [MaybeUninit::uninit(); 1024];
        let mut reader = inotify::Reader::new(fd, &mut events);
        let mut flags = ReadFlags::empty();
        let mut next = reader.next()?;
        loop {
            if next.wd() == self.number || next.wd() == NONE {
                flags |= next.events();
            }
            match reader.next() {
                Ok(event) => next = event,
                Err(_) => return Ok(flags),
            }
        }
    }

    fn number_at_path(&self) -> io::Result<i32> {
        Ok(inotify::add_watch(&self.inotify, &self.path, self.flags)?)
    }
}

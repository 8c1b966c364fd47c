//! Opening a FIFO, and registering it with the runtime.

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{FileType, Mode, OFlags};
use tokio::io::unix::AsyncFd;

use crate::sys;

/// Opens a FIFO one way, without waiting for the other side.
///
/// # Errors
/// The system's: ENXIO if it is for writing and nobody reads; `InvalidInput` if
/// it is no FIFO.
pub(super) fn open(path: &Path, way: OFlags) -> io::Result<AsyncFd<OwnedFd>> {
    let flags = way | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let pipe = rustix::fs::open(path, flags, Mode::empty())?;
    if FileType::from_raw_mode(rustix::fs::fstat(&pipe)?.st_mode) != FileType::Fifo {
        return Err(no_fifo());
    }
    sys::socket::register(pipe)
}

/// The same open file under another number, so that nothing is lost. A fresh
/// registration knows how it stands with the other side.
///
/// # Errors
/// The system's.
pub(super) fn anew(pipe: &AsyncFd<OwnedFd>) -> io::Result<AsyncFd<OwnedFd>> {
    sys::socket::register(pipe.get_ref().try_clone()?)
}

/// Says no to a path before it is opened, which may wait or do something with
/// a file of another kind.
///
/// # Errors
/// The system's; `InvalidInput` if it is no FIFO.
pub(super) fn check_fifo(path: &Path) -> io::Result<()> {
    let stat = rustix::fs::stat(path)?;
    if FileType::from_raw_mode(stat.st_mode) == FileType::Fifo {
        return Ok(());
    }
    Err(no_fifo())
}

pub(super) fn no_fifo() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "this is not a FIFO")
}

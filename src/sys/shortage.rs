//! Errors that say that this machine, or this process, lacks something: nothing of
//! whom it was wanted for.

use std::io;

/// Of the process's and of the whole system's.
#[cfg(unix)]
const OF_DESCRIPTORS: &[i32] = &[libc::EMFILE, libc::ENFILE];
/// WSAEMFILE, ERROR_TOO_MANY_OPEN_FILES.
#[cfg(windows)]
const OF_DESCRIPTORS: &[i32] = &[10024, 4];

#[cfg(unix)]
const OF_BUFFERS: i32 = libc::ENOBUFS;
/// WSAENOBUFS.
#[cfg(windows)]
const OF_BUFFERS: i32 = 10055;

/// Whether there are no descriptors left.
pub fn is_of_descriptors(error: &io::Error) -> bool {
    error.raw_os_error().is_some_and(|code| OF_DESCRIPTORS.contains(&code))
}

/// Whether anything that a connection takes is lacking: those, buffers or memory.
pub fn is_shortage(error: &io::Error) -> bool {
    is_of_descriptors(error)
        || error.raw_os_error() == Some(OF_BUFFERS)
        || error.kind() == io::ErrorKind::OutOfMemory
}

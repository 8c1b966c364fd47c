//! Descriptors that were open when the process began.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::io::{FdFlags, fcntl_getfd, fcntl_setfd};

static TAKEN: AtomicBool = AtomicBool::new(false);

/// Takes `count` descriptors from `first` on, which whoever started the process
/// says are there for it, and keeps them from programs that it starts. To be
/// called before anything is opened, once; the second time there are none.
///
/// # Errors
/// The system's, for one that is not open; all others stay open then.
pub fn take(first: RawFd, count: u16) -> io::Result<Vec<OwnedFd>> {
    if TAKEN.swap(true, Ordering::AcqRel) {
        return Ok(Vec::new());
    }
    let numbers = first..first.saturating_add(count.into());
    for number in numbers.clone() {
        // SAFETY: it is used for this call only; where nothing is open the call
        // says EBADF.
        let descriptor = unsafe { BorrowedFd::borrow_raw(number) };
        let flags = fcntl_getfd(descriptor.as_fd())?;
        fcntl_setfd(descriptor, flags | FdFlags::CLOEXEC)?;
    }
    // SAFETY: each is open, as was just found. They are the caller's word to
    // have been there before the process had any of its own, so nobody else
    // here owns them; and no second call gets here.
    Ok(numbers.map(|number| unsafe { OwnedFd::from_raw_fd(number) }).collect())
}

//! getpwnam_r(3), getgrnam_r(3).

use std::ffi::{CString, c_char, c_int};
use std::io;
use std::mem::MaybeUninit;
use std::ptr;

use crate::sys::sid::{AccountKind, Sid};

/// Where the buffer for an entry's strings begins, in bytes.
const FIRST_BUFFER: usize = 1024;
/// Where it ends: an entry with more (a group of very many members) is an error.
const LAST_BUFFER: usize = 4 * 1024 * 1024;

/// Our effective user number.
pub fn effective_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// The number of a user; `None` where there is none of this name.
///
/// # Errors
/// When the system's account databases cannot be asked.
pub fn user_id(name: &str) -> io::Result<Option<u32>> {
    let Ok(name) = CString::new(name) else { return Ok(None) };
    look_up(
        // SAFETY: `name` is NUL-terminated and outlives the call; the other
        // pointers are those that `look_up` vouches for.
        |entry: *mut libc::passwd, buffer, length, found| unsafe {
            libc::getpwnam_r(name.as_ptr(), entry, buffer, length, found)
        },
        |entry| entry.pw_uid,
    )
}

/// The number of a group; `None` where there is none of this name.
///
/// # Errors
/// When the system's account databases cannot be asked.
pub fn group_id(name: &str) -> io::Result<Option<u32>> {
    let Ok(name) = CString::new(name) else { return Ok(None) };
    look_up(
        // SAFETY: as in `user_id`.
        |entry: *mut libc::group, buffer, length, found| unsafe {
            libc::getgrnam_r(name.as_ptr(), entry, buffer, length, found)
        },
        |entry| entry.gr_gid,
    )
}

/// Nobody has a SID here.
///
/// # Errors
/// Always [`io::ErrorKind::Unsupported`].
pub fn own_sid() -> io::Result<Sid> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Never found.
///
/// # Errors
/// None.
pub fn sid_of(_name: &str) -> io::Result<Option<(Sid, AccountKind)>> {
    Ok(None)
}

/// Calls one of the `_r` functions with a buffer that grows until the entry
/// fits. `call` gets a place for the entry, the buffer and its length, and a
/// place for the result, all valid for writes for as long as the call lasts.
fn look_up<E, T>(
    call: impl Fn(*mut E, *mut c_char, usize, *mut *mut E) -> c_int,
    take: impl Fn(&E) -> T,
) -> io::Result<Option<T>> {
    let mut size = FIRST_BUFFER;
    loop {
        let mut entry = MaybeUninit::<E>::uninit();
        let mut buffer = vec![0 as c_char; size];
        let mut found = ptr::null_mut();
        match call(entry.as_mut_ptr(), buffer.as_mut_ptr(), buffer.len(), &mut found) {
            0 if found.is_null() => return Ok(None),
            // SAFETY: success with a result means that `found` is our `entry`,
            // now initialised; its strings lie in `buffer`, which lives until
            // `take` has made an owned value of what it wants.
            0 => return Ok(Some(take(unsafe { &*found }))),
            libc::ERANGE if size < LAST_BUFFER => size *= 4,
            libc::EINTR => {}
            // POSIX lets these mean that there is no such entry.
            libc::ENOENT | libc::ESRCH => return Ok(None),
            error => return Err(io::Error::from_raw_os_error(error)),
        }
    }
}

//! The client's end: a pipe that somebody serves.

use std::io;
use std::os::windows::io::{FromRawHandle, OwnedHandle};
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{GENERIC_READ, GENERIC_WRITE, INVALID_HANDLE_VALUE};
use windows_sys::Win32::Storage::FileSystem::{
    CreateFileW, FILE_FLAG_OVERLAPPED, FILE_WRITE_ATTRIBUTES, OPEN_EXISTING, SECURITY_ANONYMOUS,
    SECURITY_DELEGATION, SECURITY_IDENTIFICATION, SECURITY_IMPERSONATION, SECURITY_SQOS_PRESENT,
};

use super::handle::{PipeHandle, Tickets};
use super::operation::Flight;
use super::{Access, Pipe};
use crate::sys::windows::wide::wide;

/// What the server may do with our token: SECURITY_IMPERSONATION_LEVEL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Impersonation {
    /// It learns nothing.
    Anonymous,
    /// It learns who we are.
    Identification,
    /// It may act as us on its machine.
    Impersonation,
    /// It may act as us anywhere.
    Delegation,
}

/// Opens `\\.\pipe\NAME` or `\\HOST\pipe\NAME`, reading bytes until
/// [`Pipe::set_message_read_mode`]. It may block while another machine is
/// asked.
///
/// # Errors
/// `InvalidInput` for a path with a NUL; else the system's own: 2 if there is
/// no such pipe, 231 if all of its instances are taken, 5 if access is refused.
pub fn open(path: &str, access: Access, level: Impersonation) -> io::Result<Pipe> {
    let here = path.starts_with(r"\\.\");
    let path = wide(path)?;
    let (access, flags) = (desired_access(access), flags(level));
    // SAFETY: `path` ends in a NUL and lives through the call.
    let handle =
        unsafe { CreateFileW(path.as_ptr(), access, 0, null(), OPEN_EXISTING, flags, null_mut()) };
    if handle == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: a handle that was just made and that nobody else has.
    let handle = unsafe { OwnedHandle::from_raw_handle(handle) };
    let handle = PipeHandle::new(handle, Tickets::default(), here)?;
    let flight = Flight::new(&handle);
    Ok(Pipe::new(handle, flight, false))
}

/// dwDesiredAccess
pub(super) fn desired_access(access: Access) -> u32 {
    match access {
        Access::Both => GENERIC_READ | GENERIC_WRITE,
        // The read mode is one of the handle's attributes.
        Access::Read => GENERIC_READ | FILE_WRITE_ATTRIBUTES,
        Access::Write => GENERIC_WRITE,
    }
}

/// dwFlagsAndAttributes
pub(super) fn flags(level: Impersonation) -> u32 {
    let level = match level {
        Impersonation::Anonymous => SECURITY_ANONYMOUS,
        Impersonation::Identification => SECURITY_IDENTIFICATION,
        Impersonation::Impersonation => SECURITY_IMPERSONATION,
        Impersonation::Delegation => SECURITY_DELEGATION,
    };
    FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | level
}

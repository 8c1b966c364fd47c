//! Our own standard output as an end that can be closed.

use std::fs::File;
use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, IntoRawHandle, OwnedHandle};

use windows_sys::Win32::Foundation::INVALID_HANDLE_VALUE;
use windows_sys::Win32::System::Console::{
    GetStdHandle, STD_ERROR_HANDLE, STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, SetStdHandle,
};

/// Puts NUL in standard output's place and closes what was there, so that
/// whoever reads it sees the end although this process lives on.
///
/// # Errors
/// Whatever CreateFile or SetStdHandle says.
pub fn close_stdout() -> io::Result<()> {
    let null = File::options().write(true).open("NUL")?;
    // SAFETY: takes no pointer; the handle it gives is only compared and owned
    // below.
    let before = unsafe { GetStdHandle(STD_OUTPUT_HANDLE) };
    // SAFETY: the handle is open, and is leaked below: the process's standard
    // output owns it from here on.
    if unsafe { SetStdHandle(STD_OUTPUT_HANDLE, null.as_raw_handle()) } == 0 {
        return Err(io::Error::last_os_error());
    }
    let _ = null.into_raw_handle();
    // Where the log goes the same way, that way stays open, as it would with a
    // duplicate of the handle.
    // SAFETY: as above.
    let shared = [STD_INPUT_HANDLE, STD_ERROR_HANDLE]
        .into_iter()
        .any(|other| unsafe { GetStdHandle(other) } == before);
    if !before.is_null() && before != INVALID_HANDLE_VALUE && !shared {
        // SAFETY: the standard output's handle belongs to the process, and
        // nobody finds it any more: std asks for it anew at each write.
        drop(unsafe { OwnedHandle::from_raw_handle(before) });
    }
    Ok(())
}

//! Text as Windows takes it: UTF-16, with a NUL behind.

use std::ffi::OsStr;
use std::io;
use std::os::windows::ffi::OsStrExt;

/// `text`, or a path, for a call that reads up to the NUL.
///
/// # Errors
/// [`io::ErrorKind::InvalidInput`] if a NUL stands inside: the system would
/// take what is before it for the whole.
pub(super) fn wide(text: impl AsRef<OsStr>) -> io::Result<Vec<u16>> {
    let text = text.as_ref();
    let mut units: Vec<u16> = text.encode_wide().collect();
    if units.contains(&0) {
        let problem = format!("`{}` has a NUL in it", text.to_string_lossy().escape_debug());
        return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
    }
    units.push(0);
    Ok(units)
}

/// What stands before the NUL, or all; what is no UTF-16 is replaced.
pub(super) fn narrow(wide: &[u16]) -> String {
    let end = wide.iter().position(|unit| *unit == 0).unwrap_or(wide.len());
    String::from_utf16_lossy(&wide[..end])
}

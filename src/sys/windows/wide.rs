//! Text as Windows takes it: UTF-16, with a NUL behind.

use std::io;

/// `text` for a call that reads up to the NUL.
///
/// # Errors
/// [`io::ErrorKind::InvalidInput`] if a NUL stands inside: the system would
/// take what is before it for the whole.
pub(super) fn wide(text: &str) -> io::Result<Vec<u16>> {
    if text.contains('\0') {
        let problem = format!("`{}` has a NUL in it", text.escape_debug());
        return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
    }
    Ok(text.encode_utf16().chain([0]).collect())
}

/// What stands before the NUL, or all; what is no UTF-16 is replaced.
pub(super) fn narrow(wide: &[u16]) -> String {
    let end = wide.iter().position(|unit| *unit == 0).unwrap_or(wide.len());
    String::from_utf16_lossy(&wide[..end])
}

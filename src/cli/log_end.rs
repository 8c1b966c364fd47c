//! The end of a log file, for people who ask what went wrong.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// What came since the log was `from` bytes long, of a log that is shorter now
/// all; its last `most` bytes.
///
/// # Errors
/// The system's.
pub(super) fn end_of(log: &Path, from: u64, most: u64) -> io::Result<String> {
    let mut file = File::open(log)?;
    let length = file.metadata()?.len();
    let from = if length < from { 0 } else { from };
    file.seek(SeekFrom::Start(from.max(length.saturating_sub(most))))?;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

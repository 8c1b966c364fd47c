//! What can be told of a gateway when something has failed.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::process::ExitStatus;

use super::local;

/// What is shown of a log: so many lines, from so many bytes at its end.
const LAST_LINES: usize = 5;
const LAST_BYTES: u64 = 8 * 1024;

/// What can be told of a gateway when something has failed.
#[derive(Debug)]
pub(super) struct LastWords {
    pub name: &'static str,
    /// How it ended, if it has.
    pub ended: Option<ExitStatus>,
    /// The end of its log.
    pub lines: Vec<String>,
}

/// The end of a log; nothing if there is none.
pub(super) fn last_lines(log: &Path) -> Vec<String> {
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = File::open(log)?;
        let len = file.metadata()?.len();
        file.seek(SeekFrom::Start(len.saturating_sub(LAST_BYTES)))?;
        let mut end = Vec::new();
        file.take(LAST_BYTES).read_to_end(&mut end)?;
        Ok(end)
    };
    let end = read().unwrap_or_default();
    let text = String::from_utf8_lossy(&end);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LAST_LINES)..].iter().map(|&line| line.to_owned()).collect()
}

/// Whether a line says that somebody else listens at an address, in the system's
/// own words, which are not the same with every C library.
pub(super) fn says_taken(line: &str) -> bool {
    line.contains(&local::address_taken().to_string())
}

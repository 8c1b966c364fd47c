//! What can be told of a gateway when something has failed.

use std::path::Path;
use std::process::ExitStatus;

use super::local;
use crate::cli::log_end::end_of;

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
    let text = end_of(log, 0, LAST_BYTES).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LAST_LINES)..].iter().map(|&line| line.to_owned()).collect()
}

/// Whether a line says that somebody else listens at an address, in the system's
/// own words, which are not the same with every C library.
pub(super) fn says_taken(line: &str) -> bool {
    line.contains(&local::address_taken().to_string())
}

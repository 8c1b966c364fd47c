//! What a service's log says last: the reason of a start that failed, and
//! whether a stop had to cut.

use std::io;
use std::path::Path;

use serde_json::Value;

use crate::cli::log_end::end_of;

/// More than the last lines of a service that has just ended.
const LONGEST: u64 = 256 << 10;

/// How long the log is now, so that only what comes later is read.
pub(super) fn length(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.len())
}

/// The lines that came since the log was `from` bytes long; of a new log, all.
pub(super) fn since(path: &Path, from: u64) -> io::Result<String> {
    end_of(path, from, LONGEST)
}

/// The message of the last error.
pub(super) fn last_error(lines: &str) -> Option<String> {
    records(lines).find(|record| record["level"] == "ERROR").and_then(|record| {
        let message = record["message"].as_str()?;
        Some(message.trim_start_matches("error: ").to_owned())
    })
}

/// Whether the last stop cut connections off.
pub(super) fn was_cut_off(lines: &str) -> bool {
    let finish = records(lines).find_map(|record| Some(record.get("finish")?.as_str()?.to_owned()));
    finish.as_deref() == Some("cut off")
}

/// From the last one backwards.
fn records(lines: &str) -> impl Iterator<Item = Value> {
    lines.lines().rev().filter_map(|line| serde_json::from_str(line).ok())
}

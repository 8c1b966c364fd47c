//! Sizes, times and rates as people read them.

use std::time::Duration;

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// `4 KiB`; whole units only.
pub(super) fn size(bytes: usize) -> String {
    match bytes {
        bytes if bytes >= MIB && bytes % MIB == 0 => format!("{} MiB", bytes / MIB),
        bytes if bytes >= KIB && bytes % KIB == 0 => format!("{} KiB", bytes / KIB),
        bytes => format!("{bytes} B"),
    }
}

/// `0.4 ms`, `12 ms`, `1.2 s`.
pub(super) fn time(took: Duration) -> String {
    let ms = took.as_secs_f64() * 1000.0;
    match ms {
        ms if ms < 9.95 => format!("{ms:.1} ms"),
        ms if ms < 999.5 => format!("{ms:.0} ms"),
        ms => format!("{:.1} s", ms / 1000.0),
    }
}

/// `38.1 MiB/s`; nothing of nothing.
pub(super) fn rate(bytes: usize, took: Duration) -> String {
    if bytes < KIB || took.is_zero() {
        return "-".to_owned();
    }
    format!("{:.1} MiB/s", bytes as f64 / MIB as f64 / took.as_secs_f64())
}

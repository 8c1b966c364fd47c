//! Durations and sizes as flags, written as in a configuration file.

use std::time::Duration;

use crate::config::{parse_duration, parse_size};

/// `250ms`, `10s`, `5m`, `1h`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).map_err(|fault| fault.to_string())
}

/// `64KiB`, `16MiB`, or bytes.
pub(super) fn size(text: &str) -> Result<u32, String> {
    parse_size(text).map_err(|fault| fault.to_string())
}

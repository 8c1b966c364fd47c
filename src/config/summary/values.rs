//! Single values as people write them in the configuration.

use std::time::Duration;

use crate::config::model::Sandbox;
use crate::config::surroundings::System;

/// `1m 30s`
pub(super) fn duration(duration: Duration) -> String {
    humantime::format_duration(duration).to_string()
}

/// A duration, or `off`.
pub(super) fn off_or(value: Option<Duration>) -> String {
    value.map_or_else(|| "off".to_owned(), duration)
}

/// `on` or `off`.
pub(super) fn switch(value: bool) -> String {
    if value { "on" } else { "off" }.to_owned()
}

/// How far rights are given up, and where that means nothing.
pub(super) fn sandbox(sandbox: Sandbox, system: System) -> &'static str {
    match (sandbox, system) {
        (Sandbox::Off, _) => "off",
        (Sandbox::On, System::Unix) => "on",
        (Sandbox::Strict, System::Unix) => "strict",
        (Sandbox::On, System::Windows) => "on (Linux only)",
        (Sandbox::Strict, System::Windows) => "strict (Linux only)",
    }
}

/// `16MiB`, or the number of bytes where no unit fits.
pub(super) fn size(bytes: usize) -> String {
    let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match units.iter().find(|(unit, _)| bytes >= *unit && bytes.is_multiple_of(*unit)) {
        Some((unit, name)) => format!("{}{name}", bytes / unit),
        None if bytes == 1 => "1 byte".to_owned(),
        None => format!("{bytes} bytes"),
    }
}

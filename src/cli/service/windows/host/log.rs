//! The log of a service: a file, and the Event Log.

use std::io::{self, Write};
use std::path::Path;

use crate::cli::service::name::ServiceName;
use crate::sys::windows::event_log::{EventKind, EventLog};
use crate::telemetry::log::{
    self, Bounds, EventSink, LogError, LogGuard, RotatingFile, SERVICE, Severity,
};

/// 50 MiB in all.
const BOUNDS: Bounds = Bounds { file: 10 << 20, files: 5 };

/// Event ids, by which an administrator may filter. All have the text for
/// their only insert.
const INFORMATION: u32 = 1;
const WARNING: u32 = 2;
const ERROR: u32 = 3;

/// Begins to log. What of it cannot be had is told by the other; a service
/// that carries is worth more than its log.
pub(super) fn start(path: &Path, name: &ServiceName, level: &str) -> Result<LogGuard, LogError> {
    let (file, no_file): (Box<dyn Write + Send>, _) = match RotatingFile::open(path, BOUNDS) {
        Ok(file) => (Box::new(file), None),
        Err(error) => (Box::new(io::sink()), Some(error)),
    };
    let (events, no_events) = match EventLog::open(name.as_str()) {
        Ok(log) => (Some(Events(log)), None),
        Err(error) => (None, Some(error)),
    };
    let guard = log::init_service(level, file, events)?;
    if let Some(error) = no_file {
        let path = path.display();
        tracing::warn!(target: SERVICE, %path, %error, "cannot write the log file");
    }
    if let Some(error) = no_events {
        tracing::warn!(target: SERVICE, %error, "cannot report to the Event Log");
    }
    Ok(guard)
}

struct Events(EventLog);

impl EventSink for Events {
    fn report(&mut self, severity: Severity, text: &str) {
        let (kind, id) = match severity {
            Severity::Information => (EventKind::Information, INFORMATION),
            Severity::Warning => (EventKind::Warning, WARNING),
            Severity::Error => (EventKind::Error, ERROR),
        };
        // The file has it too.
        let _ = self.0.report(kind, id, text);
    }
}

//! The Windows Event Log, to write to.
//!
//! Reporting is a call to another process: it may take its time, and belongs
//! on a thread that may wait.

use std::io;
use std::ptr;

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::System::EventLog::{
    DeregisterEventSource, EVENTLOG_ERROR_TYPE, EVENTLOG_INFORMATION_TYPE, EVENTLOG_WARNING_TYPE,
    RegisterEventSourceW, ReportEventW,
};

use super::wide::wide;

/// How an event is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// EVENTLOG_INFORMATION_TYPE.
    Information,
    /// EVENTLOG_WARNING_TYPE.
    Warning,
    /// EVENTLOG_ERROR_TYPE.
    Error,
}

/// A source of events, open.
#[derive(Debug)]
pub struct EventLog(HANDLE);

// SAFETY: the handle belongs to no thread, and is used by one at a time.
unsafe impl Send for EventLog {}

impl EventLog {
    /// Opens the log of the source of this name. One that nobody registered
    /// goes to the log `Application`, where its texts then look poor.
    /// <https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-registereventsourcew>
    ///
    /// # Errors
    /// What the system says; [`io::ErrorKind::InvalidInput`] for a name with a
    /// NUL in it.
    pub fn open(source: &str) -> io::Result<Self> {
        let source = wide(source)?;
        // SAFETY: null means this machine; the name ends in a NUL.
        let handle = unsafe { RegisterEventSourceW(ptr::null(), source.as_ptr()) };
        if handle.is_null() { Err(io::Error::last_os_error()) } else { Ok(Self(handle)) }
    }

    /// Reports one event. `id` is that of a message whose only insert is
    /// `text`, of 31,839 UTF-16 units at most.
    /// <https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-reporteventw>
    ///
    /// # Errors
    /// What the system says; [`io::ErrorKind::InvalidInput`] for a text with a
    /// NUL in it.
    pub fn report(&mut self, kind: EventKind, id: u32, text: &str) -> io::Result<()> {
        let text = wide(text)?;
        let inserts = [text.as_ptr()];
        let kind = match kind {
            EventKind::Information => EVENTLOG_INFORMATION_TYPE,
            EventKind::Warning => EVENTLOG_WARNING_TYPE,
            EventKind::Error => EVENTLOG_ERROR_TYPE,
        };
        // SAFETY: the handle is open as long as `self` is; one insert that ends
        // in a NUL and outlives the call; no user and no data.
        let good = unsafe {
            ReportEventW(self.0, kind, 0, id, ptr::null_mut(), 1, 0, inserts.as_ptr(), ptr::null())
        };
        if good == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }
}

impl Drop for EventLog {
    fn drop(&mut self) {
        // SAFETY: the handle is ours, and this is its end.
        unsafe { DeregisterEventSource(self.0) };
    }
}

#[cfg(test)]
mod tests;

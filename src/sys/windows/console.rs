//! Console events, sent to others.

use std::io;

use windows_sys::Win32::System::Console::{CTRL_BREAK_EVENT, GenerateConsoleCtrlEvent};

/// Sends Ctrl-Break to the process group `group` of our own console: to the
/// process of that number that was made with CREATE_NEW_PROCESS_GROUP, and to
/// its children. Ctrl-C cannot be sent to a group.
/// <https://learn.microsoft.com/windows/console/generateconsolectrlevent>
///
/// # Errors
/// What the system says, among them that we have no console;
/// [`io::ErrorKind::InvalidInput`] for group 0, which would be everybody on the
/// console, ourselves too.
pub fn send_ctrl_break(group: u32) -> io::Result<()> {
    if group == 0 {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // SAFETY: takes two numbers and no pointer.
    let good = unsafe { GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, group) };
    if good == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

#[cfg(test)]
mod tests;

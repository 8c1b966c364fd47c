//! Opening a pipe of our own daemon, from a command: blocking.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::time::{Duration, Instant};

use windows_sys::Win32::Foundation::ERROR_PIPE_BUSY;
use windows_sys::Win32::Storage::FileSystem::SECURITY_IDENTIFICATION;

use crate::config::PipeAddress;

/// All instances may be taken for a moment.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(20);

/// An open pipe of our own.
pub type PrivatePipe = File;

/// Opens a pipe; its server learns who we are and cannot act as us.
///
/// # Errors
/// The system's.
pub fn open_private(pipe: &PipeAddress) -> io::Result<PrivatePipe> {
    let path = pipe.name.win32_path(None);
    let until = Instant::now() + PATIENCE;
    loop {
        let mut options = OpenOptions::new();
        options.read(true).write(true).security_qos_flags(SECURITY_IDENTIFICATION);
        match options.open(&path) {
            Err(error)
                if error.raw_os_error() == Some(ERROR_PIPE_BUSY.cast_signed())
                    && Instant::now() < until =>
            {
                std::thread::sleep(PAUSE);
            }
            opened => return opened,
        }
    }
}

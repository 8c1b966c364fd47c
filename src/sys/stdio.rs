//! Our own standard output as an end that can be closed.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;

/// Puts /dev/null in standard output's place, so that whoever reads it sees
/// the end although this process lives on.
///
/// # Errors
/// Whatever open(2) or dup2(2) says.
pub fn close_stdout() -> io::Result<()> {
    let null = File::options().write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdout(null.as_fd()).map_err(io::Error::from)
}

//! Opening a pipe of our own daemon, from a command: blocking, and only if who
//! serves it is to be trusted.

use std::io;
use std::os::unix::net::UnixStream;

use super::peer_process;
use crate::access::Account;
use crate::config::PipeAddress;

/// An open pipe of our own.
pub type PrivatePipe = UnixStream;

/// Opens a pipe that our own account serves, or root; root may open anybody's.
///
/// # Errors
/// `PermissionDenied` if somebody else serves it, else the system's.
pub fn open_private(pipe: &PipeAddress) -> io::Result<PrivatePipe> {
    let stream = UnixStream::connect(&pipe.socket)?;
    let us = rustix::process::geteuid().as_raw();
    match peer_process(&stream, false)?.account {
        Account::Unix { uid, .. } if us != 0 && uid != 0 && uid != us => {
            let why = format!("user {uid} serves it, and neither root nor we");
            Err(io::Error::new(io::ErrorKind::PermissionDenied, why))
        }
        _ => Ok(stream),
    }
}

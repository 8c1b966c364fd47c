//! The manager's socket: a datagram socket at a path, or in the abstract
//! namespace.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;
use std::time::Duration;

use socket2::{Domain, SockAddr, Type};

/// A manager whose queue is full for so long does not hear us.
const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Socket {
    socket: socket2::Socket,
    manager: SockAddr,
}

impl Socket {
    /// `address` is what NOTIFY_SOCKET says.
    ///
    /// # Errors
    /// `Unsupported` for what is neither a path nor `@NAME`; else the system's.
    pub fn to(address: &OsStr) -> io::Result<Self> {
        let manager = match address.as_bytes() {
            [b'@', name @ ..] => {
                let name = [&[0], name].concat();
                SockAddr::unix(PathBuf::from(std::ffi::OsString::from_vec(name)))?
            }
            [b'/', ..] => SockAddr::unix(address)?,
            _ => return Err(io::ErrorKind::Unsupported.into()),
        };
        let socket = socket2::Socket::new(Domain::UNIX, Type::DGRAM, None)?;
        socket.set_write_timeout(Some(PATIENCE))?;
        Ok(Self { socket, manager })
    }

    /// Not connected: the manager may have started anew at the same address.
    ///
    /// # Errors
    /// The system's; `WouldBlock` after [`PATIENCE`].
    pub fn send(&self, message: &[u8]) -> io::Result<()> {
        self.socket.send_to(message, &self.manager).map(drop)
    }
}

/// CLOCK_MONOTONIC, which is what the manager compares with.
pub(super) fn monotonic() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let seconds = u64::try_from(now.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(now.tv_nsec).unwrap_or_default())
}

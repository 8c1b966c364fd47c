//! The journal's socket.

use std::io;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};

use crate::telemetry::log::queue::{Sink, entries};

/// Where every systemd has it.
pub(super) const PLACE: &str = "/run/systemd/journal/socket";

/// Sends to the journal. Not connected, so that one that was started anew is
/// found again.
pub(super) struct Socket {
    socket: UnixDatagram,
    place: PathBuf,
}

impl Socket {
    pub fn new(place: impl AsRef<Path>) -> io::Result<Self> {
        Ok(Self { socket: UnixDatagram::unbound()?, place: place.as_ref().to_owned() })
    }

    /// Whether somebody listens there.
    pub fn check(&self) -> io::Result<()> {
        UnixDatagram::unbound()?.connect(&self.place)
    }
}

impl Sink for Socket {
    /// Waits while the journal does not read; the queue fills up meanwhile.
    fn write(&mut self, waited: &[u8]) -> u64 {
        let sent = entries(waited).map(|entry| self.socket.send_to(entry, &self.place));
        sent.filter(Result::is_err).count() as u64
    }
}

//! The listening end of a bridge, whatever it is.

mod socket;

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use self::socket::Socket;
use super::{Conn, Occupied, Stream, tcp};
use crate::access::{Peer, ResolvedLocalRules};
use crate::config::Listen;

/// A client's answer to our first packet is here by then, as a rule.
const ROUND_TRIP: Duration = Duration::from_millis(200);

/// Why a listening end could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}")]
pub struct BindError {
    /// The address as configured.
    pub address: String,
    /// Why.
    pub source: io::Error,
}

impl BindError {
    /// What to do, where the reason does not say it.
    pub fn hint(&self) -> Option<&'static str> {
        bind_hint(&self.source)
    }
}

/// What to do about a place that cannot be listened on; of the system's own
/// errors, as ours say it.
pub fn bind_hint(error: &io::Error) -> Option<&'static str> {
    error.raw_os_error()?;
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            Some("end the program that listens there, or choose another address")
        }
        io::ErrorKind::AddrNotAvailable => {
            Some("name an address that this machine has, or 0.0.0.0 or [::] for all")
        }
        io::ErrorKind::PermissionDenied => {
            Some("choose another place, or run it under an account that may use this one")
        }
        io::ErrorKind::NotFound => Some("make the folder first, or correct the path"),
        _ => None,
    }
}

/// A client that has come; nothing is known but where it is.
#[derive(Debug)]
pub struct Incoming {
    /// Its connection, before any handshake.
    pub conn: Conn,
    /// Who is there, as far as the system tells.
    pub peer: Peer,
}

/// A listening end.
#[derive(Debug)]
pub struct Listener {
    socket: Socket,
    address: String,
    /// Where the socket of a pipe lies, or what was handed over, which the
    /// address does not say.
    place: Option<String>,
    handed: bool,
    /// Nobody begins here any more.
    holds_off: bool,
}

impl Listener {
    /// Opens the listening end. Clients may connect from then on and wait to
    /// be accepted. `rules` are those of `allow`, if they were resolved already.
    /// `occupied` is about somebody who listens there.
    ///
    /// # Errors
    /// [`BindError`], with the address and the system's reason.
    pub async fn bind(
        config: &Listen,
        rules: Option<&ResolvedLocalRules>,
        occupied: Occupied,
    ) -> Result<Self, BindError> {
        let address = config.to_string();
        let socket = Socket::open(config, rules, occupied).await;
        let socket = socket.map_err(|source| BindError { address: address.clone(), source })?;
        // Port 0 was picked by the system by now.
        let address = match socket.tcp_address() {
            Some(at) => format!("{}:{at}", config.scheme()),
            None => address,
        };
        let place = match config {
            Listen::Pipe(pipe) if cfg!(unix) => Some(pipe.address.socket.display().to_string()),
            #[cfg(unix)]
            Listen::Handed(_) => socket.handed_place(),
            _ => None,
        };
        let handed = matches!(config, Listen::Handed(_));
        Ok(Self { socket, address, place, handed, holds_off: false })
    }

    /// Goes on under another configuration for the same place
    /// ([`super::Keep::GoesOn`]): whom it accepts from now on has its options.
    pub fn adapt(&mut self, config: &Listen) {
        self.socket.adapt(config);
        if let Some(at) = self.socket.tcp_address().filter(|_| !self.handed) {
            self.address = format!("{}:{at}", config.scheme());
        }
    }

    /// The address that it really listens on.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The Unix socket that stands for a pipe, or the address of a socket that
    /// was handed over.
    pub fn place(&self) -> Option<&str> {
        self.place.as_deref()
    }

    /// How many instances of a Windows pipe there are, now and later.
    pub fn pipe_instances(&self) -> Option<Arc<AtomicU32>> {
        self.socket.pipe_instances()
    }

    /// Waits for the next client. Cancelling loses nobody.
    ///
    /// # Errors
    /// The system's: descriptors that ran out, a client that left meanwhile.
    pub async fn accept(&mut self) -> io::Result<Incoming> {
        let incoming = self.socket.accept().await?;
        if self.holds_off
            && let Conn::Stream(Stream::Tcp(stream)) = &incoming.conn
        {
            tcp::let_on(stream)?;
        }
        Ok(incoming)
    }

    /// Lets nobody begin here who can be served by another process that listens
    /// on the same port (`reuse_port`). Says how long those who have begun may
    /// take to get into the queue.
    pub fn hold_off(&mut self) -> Duration {
        self.holds_off = !self.handed && self.socket.hold_off();
        if self.holds_off { ROUND_TRIP } else { Duration::ZERO }
    }

    /// Whether those who wait to be accepted go on waiting when it is closed: the
    /// socket is another's, and another process may serve it.
    pub fn queue_outlives_it(&self) -> bool {
        self.handed
    }

    /// How many clients the system holds back until they are accepted, as far
    /// as it tells: exactly for TCP, else 1 for "some".
    pub fn queued(&self) -> usize {
        self.socket.queued()
    }
}

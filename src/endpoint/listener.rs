//! The listening end of a bridge, whatever it is.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use tokio::net::TcpListener;

#[cfg(unix)]
use super::fifo::FifoListener;
#[cfg(unix)]
use super::handed;
#[cfg(windows)]
use super::pipe::PipeListener;
use super::stdio::StdioConn;
#[cfg(unix)]
use super::unix::{self, LocalListener, Rights};
use super::{Conn, Occupied, Stream, tcp};
use crate::access::{Origin, Peer, ResolvedLocalRules};
#[cfg(unix)]
use crate::config::HandedListen;
use crate::config::{Listen, TcpListen, TcpOptions};
use crate::sys;

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
}

#[derive(Debug)]
enum Socket {
    Tcp(TcpListener, TcpOptions),
    #[cfg(unix)]
    Local(LocalListener),
    #[cfg(windows)]
    Pipe(Box<PipeListener>),
    #[cfg(unix)]
    Fifo(Box<FifoListener>),
    /// Standard input and output come once.
    Stdio {
        taken: bool,
    },
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
        let (scheme, rest) = written(config);
        let address = format!("{scheme}:{rest}");
        let socket = Self::open(config, rules, occupied).await;
        let socket = socket.map_err(|source| BindError { address: address.clone(), source })?;
        // Port 0 was picked by the system by now.
        let address = match &socket {
            Socket::Tcp(listener, _) => address_of(listener, scheme).unwrap_or(address),
            _ => address,
        };
        let place = match config {
            Listen::Pipe(pipe) if cfg!(unix) => Some(pipe.address.socket.display().to_string()),
            #[cfg(unix)]
            Listen::Handed(_) => match &socket {
                Socket::Tcp(listener, _) => handed::place_of(listener),
                Socket::Local(listener) => handed::place_of(listener),
                _ => None,
            },
            _ => None,
        };
        Ok(Self { socket, address, place, handed: matches!(config, Listen::Handed(_)) })
    }

    #[allow(unused_variables)] // Each system has a use for one of them.
    async fn open(
        config: &Listen,
        rules: Option<&ResolvedLocalRules>,
        occupied: Occupied,
    ) -> io::Result<Socket> {
        match config {
            Listen::Tcp(tcp) => bind_tcp(tcp).await,
            Listen::Tls(tls) => bind_tcp(&tls.tcp).await,
            #[cfg(unix)]
            Listen::Unix(unix) => {
                let rights = Rights { allow: &unix.allow, file: &unix.file };
                let listener =
                    LocalListener::bind(&unix.name, unix.framing, rights, occupied).await?;
                Ok(Socket::Local(listener))
            }
            #[cfg(unix)]
            Listen::Pipe(pipe) => Ok(Socket::Local(unix::listen_as_pipe(pipe, occupied).await?)),
            #[cfg(windows)]
            Listen::Pipe(pipe) => Ok(Socket::Pipe(Box::new(PipeListener::bind(pipe, rules)?))),
            #[cfg(unix)]
            Listen::Fifo(fifo) => Ok(Socket::Fifo(Box::new(FifoListener::bind(fifo)?))),
            #[cfg(unix)]
            Listen::Handed(end) => take_handed(end),
            Listen::Stdio(_) => Ok(Socket::Stdio { taken: false }),
            // The configuration refuses it before.
            #[cfg(windows)]
            Listen::Unix(_) | Listen::Fifo(_) | Listen::Handed(_) => {
                Err(io::ErrorKind::Unsupported.into())
            }
        }
    }

    /// Goes on under another configuration for the same place
    /// ([`super::Keep::GoesOn`]): whom it accepts from now on has its options.
    pub fn adapt(&mut self, config: &Listen) {
        match (&mut self.socket, config) {
            (Socket::Tcp(listener, options), Listen::Tcp(TcpListen { tcp, .. })) => {
                tcp::apply_to_listener(listener, tcp);
                *options = tcp.clone();
                self.address = address_of(listener, "tcp").unwrap_or(self.address.clone());
            }
            (Socket::Tcp(listener, options), Listen::Tls(tls)) => {
                tcp::apply_to_listener(listener, &tls.tcp.tcp);
                *options = tls.tcp.tcp.clone();
                self.address = address_of(listener, "tls").unwrap_or(self.address.clone());
            }
            #[cfg(unix)]
            (Socket::Tcp(listener, options), Listen::Handed(end)) => {
                tcp::apply_to_listener(listener, &end.tcp);
                *options = end.tcp.clone();
            }
            #[cfg(unix)]
            (Socket::Local(listener), Listen::Handed(end)) => listener.adapt(&end.allow),
            #[cfg(unix)]
            (Socket::Local(listener), Listen::Unix(unix)) => listener.adapt(&unix.allow),
            #[cfg(unix)]
            (Socket::Local(listener), Listen::Pipe(pipe)) => listener.adapt(&pipe.allow),
            _ => {}
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
        match &self.socket {
            #[cfg(windows)]
            Socket::Pipe(listener) => Some(listener.instances()),
            _ => None,
        }
    }

    /// Waits for the next client. Cancelling loses nobody.
    ///
    /// # Errors
    /// The system's: descriptors that ran out, a client that left meanwhile.
    pub async fn accept(&mut self) -> io::Result<Incoming> {
        match &mut self.socket {
            Socket::Tcp(listener, options) => {
                let (stream, peer) = listener.accept().await?;
                tcp::apply_to_accepted(&stream, options);
                let local = stream.local_addr()?;
                Ok(incoming(Stream::Tcp(stream), Origin::Network { peer, local }))
            }
            #[cfg(unix)]
            Socket::Local(listener) => listener.accept().await,
            #[cfg(windows)]
            Socket::Pipe(listener) => listener.accept().await,
            #[cfg(unix)]
            Socket::Fifo(listener) => {
                Ok(incoming(Stream::Fifo(listener.accept().await?), Origin::Fifo))
            }
            Socket::Stdio { taken } => {
                if std::mem::replace(taken, true) {
                    std::future::pending::<()>().await;
                }
                Ok(incoming(Stream::Stdio(Box::new(StdioConn::open())), Origin::Stdio))
            }
        }
    }

    /// Lets nobody begin here who can be served by another process that listens
    /// on the same port (`reuse_port`). Says how long those who have begun may
    /// take to get into the queue.
    pub fn hold_off(&self) -> Duration {
        match &self.socket {
            Socket::Tcp(listener, options)
                if options.reuse_port && !self.handed && tcp::hold_off(listener) =>
            {
                ROUND_TRIP
            }
            _ => Duration::ZERO,
        }
    }

    /// Whether those who wait to be accepted go on waiting when it is closed: the
    /// socket is another's, and another process may serve it.
    pub fn queue_outlives_it(&self) -> bool {
        self.handed
    }

    /// How many clients the system holds back until they are accepted, as far
    /// as it tells: exactly for TCP, else 1 for "some".
    pub fn queued(&self) -> usize {
        match &self.socket {
            Socket::Tcp(listener, _) => sys::socket::accept_queue(listener).unwrap_or(0),
            #[cfg(unix)]
            Socket::Local(listener) => listener.queued(),
            #[cfg(windows)]
            Socket::Pipe(listener) => listener.queued(),
            #[cfg(unix)]
            Socket::Fifo(_) => 0,
            Socket::Stdio { .. } => 0,
        }
    }
}

fn address_of(listener: &TcpListener, scheme: &str) -> Option<String> {
    Some(format!("{scheme}:{}", listener.local_addr().ok()?))
}

fn incoming(stream: Stream, origin: Origin) -> Incoming {
    Incoming { conn: stream.into(), peer: Peer::new(origin) }
}

async fn bind_tcp(config: &TcpListen) -> io::Result<Socket> {
    Ok(Socket::Tcp(tcp::bind(&config.at, &config.tcp).await?, config.tcp.clone()))
}

/// Takes a socket that was handed over, if it is of the kind that is wanted.
#[cfg(unix)]
fn take_handed(end: &HandedListen) -> io::Result<Socket> {
    let socket = handed::copy(end.name.as_str())?;
    match handed::kind_of(&socket, end)? {
        handed::Kind::Tcp => {
            let listener = TcpListener::from_std(socket.into())?;
            tcp::apply_to_listener(&listener, &end.tcp);
            Ok(Socket::Tcp(listener, end.tcp.clone()))
        }
        handed::Kind::Local { packet } => {
            Ok(Socket::Local(LocalListener::of_handed(socket, packet, &end.allow)?))
        }
    }
}

/// The word that the address of a listening end begins with.
pub fn scheme(config: &Listen) -> &'static str {
    written(config).0
}

/// Scheme and rest of an address as configured.
fn written(config: &Listen) -> (&'static str, String) {
    match config {
        Listen::Tcp(tcp) => ("tcp", tcp.at.to_string()),
        Listen::Tls(tls) => ("tls", tls.tcp.at.to_string()),
        Listen::Unix(unix) => ("unix", unix.name.to_string()),
        Listen::Pipe(pipe) => ("pipe", pipe.address.name.to_string()),
        Listen::Fifo(fifo) => ("fifo", fifo.path.display().to_string()),
        Listen::Handed(end) => ("fd", end.name.to_string()),
        Listen::Stdio(_) => ("stdio", String::new()),
    }
}

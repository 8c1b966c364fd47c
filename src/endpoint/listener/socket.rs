//! The listening socket of each scheme: the table that a new scheme goes into.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use tokio::net::TcpListener;

use super::Incoming;
use crate::access::{Origin, Peer, ResolvedLocalRules};
#[cfg(unix)]
use crate::config::{HandedListen, LocalRules};
use crate::config::{Listen, TcpListen, TcpOptions};
#[cfg(unix)]
use crate::endpoint::fifo::FifoListener;
#[cfg(unix)]
use crate::endpoint::handed;
#[cfg(windows)]
use crate::endpoint::pipe::PipeListener;
use crate::endpoint::stdio::StdioConn;
#[cfg(unix)]
use crate::endpoint::unix::{self, LocalListener, Rights};
use crate::endpoint::{Occupied, Stream, tcp};
use crate::sys;

/// A socket that listens, or what stands for one.
#[derive(Debug)]
pub(super) enum Socket {
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

impl Socket {
    #[allow(unused_variables)] // Each system has a use for one of them.
    pub async fn open(
        config: &Listen,
        rules: Option<&ResolvedLocalRules>,
        occupied: Occupied,
    ) -> io::Result<Self> {
        match config {
            Listen::Tcp(tcp) => bind_tcp(tcp).await,
            Listen::Tls(tls) => bind_tcp(&tls.tcp).await,
            #[cfg(unix)]
            Listen::Unix(unix) => {
                let rights = Rights { allow: &unix.allow, file: &unix.file };
                let listener =
                    LocalListener::bind(&unix.name, unix.framing, rights, occupied).await?;
                Ok(Self::Local(listener))
            }
            #[cfg(unix)]
            Listen::Pipe(pipe) => Ok(Self::Local(unix::listen_as_pipe(pipe, occupied).await?)),
            #[cfg(windows)]
            Listen::Pipe(pipe) => Ok(Self::Pipe(Box::new(PipeListener::bind(pipe, rules)?))),
            #[cfg(unix)]
            Listen::Fifo(fifo) => Ok(Self::Fifo(Box::new(FifoListener::bind(fifo)?))),
            #[cfg(unix)]
            Listen::Handed(end) => take_handed(end),
            Listen::Stdio(_) => Ok(Self::Stdio { taken: false }),
            // The configuration refuses it before.
            #[cfg(windows)]
            Listen::Unix(_) | Listen::Fifo(_) | Listen::Handed(_) => {
                Err(io::ErrorKind::Unsupported.into())
            }
        }
    }

    /// Goes on at the same place with what `config` says of those who come.
    pub fn adapt(&mut self, config: &Listen) {
        match self {
            Self::Tcp(listener, options) => {
                if let Some(new) = tcp_options(config) {
                    tcp::apply_to_listener(listener, new);
                    options.clone_from(new);
                }
            }
            #[cfg(unix)]
            Self::Local(listener) => {
                if let Some(allow) = local_rules(config) {
                    listener.adapt(allow);
                }
            }
            _ => {}
        }
    }

    /// Where a TCP socket really listens: the system may have picked its port.
    pub fn tcp_address(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(listener, _) => listener.local_addr().ok(),
            _ => None,
        }
    }

    /// Where a socket lies that was handed over, for people.
    #[cfg(unix)]
    pub fn handed_place(&self) -> Option<String> {
        match self {
            Self::Tcp(listener, _) => handed::place_of(listener),
            Self::Local(listener) => handed::place_of(listener),
            _ => None,
        }
    }

    /// How many instances of a Windows pipe there are, now and later.
    pub fn pipe_instances(&self) -> Option<Arc<AtomicU32>> {
        match self {
            #[cfg(windows)]
            Self::Pipe(listener) => Some(listener.instances()),
            _ => None,
        }
    }

    /// Waits for the next client. Cancelling loses nobody.
    ///
    /// # Errors
    /// The system's.
    pub async fn accept(&mut self) -> io::Result<Incoming> {
        match self {
            Self::Tcp(listener, options) => {
                let (stream, peer) = listener.accept().await?;
                tcp::apply_to_accepted(&stream, options);
                let local = stream.local_addr()?;
                Ok(incoming(Stream::Tcp(stream), Origin::Network { peer, local }))
            }
            #[cfg(unix)]
            Self::Local(listener) => listener.accept().await,
            #[cfg(windows)]
            Self::Pipe(listener) => listener.accept().await,
            #[cfg(unix)]
            Self::Fifo(listener) => {
                Ok(incoming(Stream::Fifo(listener.accept().await?), Origin::Fifo))
            }
            Self::Stdio { taken } => {
                if std::mem::replace(taken, true) {
                    std::future::pending::<()>().await;
                }
                Ok(incoming(Stream::Stdio(Box::new(StdioConn::open())), Origin::Stdio))
            }
        }
    }

    /// Lets nobody begin here who can be served at another socket of the same
    /// port; says whether it is so.
    pub fn hold_off(&self) -> bool {
        matches!(self, Self::Tcp(listener, options) if options.reuse_port && tcp::hold_off(listener))
    }

    /// As [`super::Listener::queued`].
    pub fn queued(&self) -> usize {
        match self {
            Self::Tcp(listener, _) => sys::socket::accept_queue(listener).unwrap_or(0),
            #[cfg(unix)]
            Self::Local(listener) => listener.queued(),
            #[cfg(windows)]
            Self::Pipe(listener) => listener.queued(),
            #[cfg(unix)]
            Self::Fifo(_) => 0,
            Self::Stdio { .. } => 0,
        }
    }
}

/// The options of the sockets that are accepted, where they are TCP sockets.
fn tcp_options(config: &Listen) -> Option<&TcpOptions> {
    match config {
        Listen::Tcp(tcp) => Some(&tcp.tcp),
        Listen::Tls(tls) => Some(&tls.tcp.tcp),
        Listen::Handed(end) => Some(&end.tcp),
        _ => None,
    }
}

/// The rules about the accounts of those who come.
#[cfg(unix)]
fn local_rules(config: &Listen) -> Option<&LocalRules> {
    match config {
        Listen::Unix(unix) => Some(&unix.allow),
        Listen::Pipe(pipe) => Some(&pipe.allow),
        Listen::Handed(end) => Some(&end.allow),
        _ => None,
    }
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

//! The listening end of a bridge, whatever it is.

use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use socket2::Type;
use tokio::io::unix::AsyncFd;
use tokio::net::{TcpListener, UnixListener};

use super::fifo::FifoListener;
use super::stdio::StdioConn;
use super::unix::{self, SocketFile};
use super::{Conn, PacketSocket, Stream, tcp};
use crate::access::{Origin, Peer, Process};
use crate::config::{
    FileAccess, Framing, Listen, LocalRule, LocalRules, TcpListen, TcpOptions, UnixName,
};
use crate::sys;

/// Why a listening end could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}")]
pub struct BindError {
    /// The address as configured.
    pub address: String,
    /// Why.
    pub source: io::Error,
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
    /// Where the socket of a pipe lies, which its address does not say.
    path: Option<PathBuf>,
}

#[derive(Debug)]
enum Socket {
    Tcp(TcpListener, TcpOptions),
    Unix {
        listener: UnixListener,
        _file: Option<SocketFile>,
    },
    Packet {
        listener: AsyncFd<OwnedFd>,
        _file: Option<SocketFile>,
    },
    Fifo(Box<FifoListener>),
    /// Standard input and output come once.
    Stdio {
        taken: bool,
    },
}

impl Listener {
    /// Opens the listening end. Clients may connect from then on and wait to
    /// be accepted.
    ///
    /// # Errors
    /// [`BindError`], with the address and the system's reason.
    pub async fn bind(config: &Listen) -> Result<Self, BindError> {
        let (scheme, rest) = written(config);
        let address = format!("{scheme}:{rest}");
        let socket = Self::open(config).await;
        let socket = socket.map_err(|source| BindError { address: address.clone(), source })?;
        // Port 0 was picked by the system by now.
        let address = match &socket {
            Socket::Tcp(listener, _) => match listener.local_addr() {
                Ok(local) => format!("{scheme}:{local}"),
                Err(_) => address,
            },
            _ => address,
        };
        let path = match config {
            Listen::Pipe(pipe) => Some(pipe.address.socket.clone()),
            _ => None,
        };
        Ok(Self { socket, address, path })
    }

    async fn open(config: &Listen) -> io::Result<Socket> {
        match config {
            Listen::Tcp(tcp) => bind_tcp(tcp).await,
            Listen::Tls(tls) => bind_tcp(&tls.tcp).await,
            Listen::Unix(unix) => {
                bind_unix(&unix.name, unix.framing, &unix.allow, &unix.file).await
            }
            Listen::Pipe(pipe) => {
                unix::make_folder(&pipe.address.socket)?;
                let name = UnixName::Path(pipe.address.socket.clone());
                bind_unix(&name, pipe.framing, &pipe.allow, &pipe.file).await
            }
            Listen::Fifo(fifo) => Ok(Socket::Fifo(Box::new(FifoListener::bind(fifo)?))),
            Listen::Stdio(_) => Ok(Socket::Stdio { taken: false }),
        }
    }

    /// The address that it really listens on.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The Unix socket that stands for a pipe.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Waits for the next client. Cancelling loses nobody.
    ///
    /// # Errors
    /// The system's: descriptors that ran out, a client that left meanwhile.
    pub async fn accept(&mut self) -> io::Result<Incoming> {
        match &mut self.socket {
            Socket::Tcp(listener, options) => {
                let (stream, peer) = listener.accept().await?;
                tcp::apply(&stream, options);
                let local = stream.local_addr()?;
                Ok(incoming(Stream::Tcp(stream), Origin::Network { peer, local }))
            }
            Socket::Unix { listener, .. } => {
                let (stream, _) = listener.accept().await?;
                let process = unix::peer_process(&stream)?;
                Ok(incoming(Stream::Unix(stream), Origin::Local(process)))
            }
            Socket::Packet { listener, .. } => {
                let (socket, process) = accept_packet(listener).await?;
                let conn = Conn::Packet(PacketSocket::new(socket)?);
                Ok(Incoming { conn, peer: Peer::new(Origin::Local(process)) })
            }
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

    /// How many clients the system holds back until they are accepted, as far
    /// as it tells: exactly for TCP, else 1 for "some".
    pub fn queued(&self) -> usize {
        match &self.socket {
            Socket::Tcp(listener, _) => sys::socket::accept_queue(listener).unwrap_or(0),
            Socket::Unix { listener, .. } => usize::from(sys::socket::is_readable(listener)),
            Socket::Packet { listener, .. } => usize::from(sys::socket::is_readable(listener)),
            Socket::Fifo(_) | Socket::Stdio { .. } => 0,
        }
    }
}

fn incoming(stream: Stream, origin: Origin) -> Incoming {
    Incoming { conn: stream.into(), peer: Peer::new(origin) }
}

async fn bind_tcp(config: &TcpListen) -> io::Result<Socket> {
    Ok(Socket::Tcp(tcp::bind(&config.at, &config.tcp).await?, config.tcp.clone()))
}

async fn bind_unix(
    name: &UnixName,
    framing: Framing,
    allow: &LocalRules,
    file: &FileAccess,
) -> io::Result<Socket> {
    let packet = framing == Framing::Packet;
    let kind = if packet { Type::SEQPACKET } else { Type::STREAM };
    let (file, mode) = rights(allow, file);
    let bound = unix::bind(name, kind, &file, Some(mode)).await?;
    if packet {
        let listener = sys::socket::register(bound.socket)?;
        return Ok(Socket::Packet { listener, _file: bound.file });
    }
    let listener = UnixListener::from_std(bound.socket.into())?;
    Ok(Socket::Unix { listener, _file: bound.file })
}

/// The socket file's rights for these rules, where none are written: nobody
/// else, the one group that is named, or everybody, to be sorted out by their
/// credentials.
fn rights(allow: &LocalRules, file: &FileAccess) -> (FileAccess, u32) {
    let LocalRules::Rules(rules) = allow else { return (file.clone(), 0o600) };
    let mut groups = rules.iter().map(only_group);
    let first = groups.next().flatten();
    let one_group = first.filter(|first| groups.all(|group| group == Some(*first)));
    match (one_group, &file.group) {
        (Some(group), None) => {
            (FileAccess { group: Some(group.to_owned()), ..file.clone() }, 0o660)
        }
        _ => (file.clone(), 0o666),
    }
}

fn only_group(rule: &LocalRule) -> Option<&str> {
    if rule.user.is_none() && rule.sid.is_none() { rule.group.as_deref() } else { None }
}

async fn accept_packet(listener: &AsyncFd<OwnedFd>) -> io::Result<(OwnedFd, Process)> {
    use rustix::net::{SocketFlags, accept_with};
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let socket =
        listener.async_io(tokio::io::Interest::READABLE, |fd| Ok(accept_with(fd, flags)?)).await?;
    let process = unix::peer_process(&socket)?;
    Ok((socket, process))
}

/// Scheme and rest of an address as configured.
fn written(config: &Listen) -> (&'static str, String) {
    match config {
        Listen::Tcp(tcp) => ("tcp", tcp.at.to_string()),
        Listen::Tls(tls) => ("tls", tls.tcp.at.to_string()),
        Listen::Unix(unix) => ("unix", unix.name.to_string()),
        Listen::Pipe(pipe) => ("pipe", pipe.address.name.to_string()),
        Listen::Fifo(fifo) => ("fifo", fifo.path.display().to_string()),
        Listen::Stdio(_) => ("stdio", String::new()),
    }
}

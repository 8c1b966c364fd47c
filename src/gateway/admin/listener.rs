//! Where the admin server listens: a TCP socket, a Unix socket or a pipe.

use std::fmt;
use std::io;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
#[cfg(windows)]
use tokio::sync::Mutex;

use super::admission::{Admission, Arrived, asks_for_certificates};
use crate::config::{AdminListen, HostPort, PipeAddress, PipeListen};
#[cfg(unix)]
use crate::config::{LocalRules, UnixName};
use crate::endpoint::Occupied;
#[cfg(windows)]
use crate::endpoint::PipeListener;
#[cfg(unix)]
use crate::endpoint::unix::{Rights, SocketFile};

/// Owner and group, where no rules are given: status is for operators.
#[cfg(unix)]
const OPERATORS: u32 = 0o660;

/// A connection to the admin server.
pub trait AdminStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> AdminStream for T {}

/// A bound admin listener.
#[derive(Debug)]
pub struct AdminListener {
    socket: Bound,
    address: String,
    loopback: bool,
    names_clients: bool,
    admission: Arc<Admission>,
}

#[derive(Debug)]
enum Bound {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix {
        socket: tokio::net::UnixListener,
        /// Removes the file when the listener goes.
        _file: Option<SocketFile>,
    },
    #[cfg(windows)]
    Pipe(Box<Mutex<PipeListener>>),
}

impl AdminListener {
    /// Binds and listens. Must be called on the runtime that will serve.
    ///
    /// # Errors
    /// The system's; `Unsupported` for what this system does not have.
    pub async fn bind(listen: &AdminListen, occupied: Occupied) -> io::Result<Self> {
        let admission = Admission::new(listen).map_err(io::Error::other)?;
        let bound = match listen {
            AdminListen::Tcp(at) => Self::bind_tcp(at, "tcp").await?,
            AdminListen::Tls(tls) => {
                let bound = Self::bind_tcp(&tls.tcp.at, "tls").await?;
                Self { names_clients: bound.names_clients || asks_for_certificates(tls), ..bound }
            }
            #[cfg(unix)]
            AdminListen::Unix(unix) => {
                let rights = Rights { allow: &unix.allow, file: &unix.file };
                Self::bind_unix(&unix.name, listen.to_string(), &rights, occupied).await?
            }
            AdminListen::Pipe(pipe) => Self::bind_pipe(pipe, occupied).await?,
            // The configuration refuses it before.
            #[cfg(windows)]
            AdminListen::Unix(_) => return Err(io::ErrorKind::Unsupported.into()),
        };
        Ok(Self { admission: Arc::new(admission), ..bound })
    }

    async fn bind_tcp(at: &HostPort, scheme: &str) -> io::Result<Self> {
        let socket = TcpListener::bind((at.host.as_str(), at.port)).await?;
        let bound = socket.local_addr()?;
        let loopback = bound.ip().is_loopback();
        Ok(Self {
            socket: Bound::Tcp(socket),
            address: format!("{scheme}:{bound}"),
            loopback: loopback && scheme == "tcp",
            names_clients: loopback,
            admission: Arc::new(Admission::Everybody),
        })
    }

    /// Binds a pipe that is for our own account alone, and for root, or SYSTEM
    /// and Administrators.
    ///
    /// # Errors
    /// The system's.
    pub async fn bind_private(pipe: &PipeAddress, occupied: Occupied) -> io::Result<Self> {
        let mut private = PipeListen::private(pipe.clone());
        if cfg!(unix) {
            private.file.permissions = Some(0o600);
        }
        Self::bind_pipe(&private, occupied).await
    }

    #[cfg(unix)]
    async fn bind_pipe(pipe: &PipeListen, occupied: Occupied) -> io::Result<Self> {
        crate::endpoint::unix::make_folder(&pipe.address.socket)?;
        let name = UnixName::Path(pipe.address.socket.clone());
        let rights = Rights { allow: &pipe.allow, file: &pipe.file };
        Self::bind_unix(&name, format!("pipe:{}", pipe.address.name), &rights, occupied).await
    }

    /// Nobody can be taken over: the instances of a pipe are its process's.
    #[cfg(windows)]
    async fn bind_pipe(pipe: &PipeListen, _: Occupied) -> io::Result<Self> {
        let socket = PipeListener::bind(pipe, None)?;
        let address = format!("pipe:{}", pipe.address.name);
        Ok(Self::local(Bound::Pipe(Box::new(Mutex::new(socket))), address))
    }

    #[cfg(unix)]
    async fn bind_unix(
        name: &UnixName,
        address: String,
        rights: &Rights<'_>,
        occupied: Occupied,
    ) -> io::Result<Self> {
        let (access, mode) = match rights.allow {
            LocalRules::Default => (rights.file.clone(), OPERATORS),
            LocalRules::Rules(_) => crate::endpoint::unix::file_rights(rights),
        };
        let stream = socket2::Type::STREAM;
        let bound =
            crate::endpoint::unix::bind(name, stream, &access, Some(mode), occupied).await?;
        let socket = tokio::net::UnixListener::from_std(bound.socket.into())?;
        Ok(Self::local(Bound::Unix { socket, _file: bound.file }, address))
    }

    fn local(socket: Bound, address: String) -> Self {
        let admission = Arc::new(Admission::Everybody);
        Self { socket, address, loopback: false, names_clients: true, admission }
    }

    /// Whether it is a plain TCP port that only this machine reaches.
    pub(in crate::gateway) fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Whether whoever asks is of this machine or has shown a certificate;
    /// others may not know who the clients are.
    pub(in crate::gateway) fn names_clients(&self) -> bool {
        self.names_clients
    }

    /// What is asked of those who come.
    pub(in crate::gateway) fn admission(&self) -> Arc<Admission> {
        Arc::clone(&self.admission)
    }

    /// Waits for the next connection.
    pub(in crate::gateway) async fn accept(&self) -> io::Result<Arrived> {
        Ok(match &self.socket {
            Bound::Tcp(socket) => Arrived::Tcp(socket.accept().await?.0),
            #[cfg(unix)]
            Bound::Unix { socket, .. } => Arrived::Unix(socket.accept().await?.0),
            #[cfg(windows)]
            Bound::Pipe(socket) => {
                let (stream, process) = socket.lock().await.accept_stream().await?;
                Arrived::Pipe(Box::new(stream), process)
            }
        })
    }
}

/// The effective address, `tcp:127.0.0.1:9464`: the port is the one that was
/// picked.
impl fmt::Display for AdminListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.address)
    }
}

//! Where the admin server listens: a TCP socket, a Unix socket or a pipe.

use std::fmt;
use std::io;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
#[cfg(windows)]
use tokio::sync::Mutex;

#[cfg(windows)]
use crate::config::PipeListen;
use crate::config::{AdminListen, PipeAddress};
use crate::endpoint::Occupied;
#[cfg(windows)]
use crate::endpoint::PipeListener;
#[cfg(unix)]
use crate::endpoint::unix::SocketFile;

/// Owner and group: status is for operators.
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
    #[cfg_attr(windows, allow(unused_variables))]
    pub async fn bind(listen: &AdminListen, occupied: Occupied) -> io::Result<Self> {
        match listen {
            AdminListen::Tcp(at) => {
                let socket = TcpListener::bind((at.host.as_str(), at.port)).await?;
                let address = format!("tcp:{}", socket.local_addr()?);
                Ok(Self { socket: Bound::Tcp(socket), address })
            }
            #[cfg(unix)]
            AdminListen::Unix(name) => {
                Self::bind_unix(name, format!("unix:{name}"), OPERATORS, occupied).await
            }
            #[cfg(unix)]
            AdminListen::Pipe(pipe) => {
                crate::endpoint::unix::make_folder(&pipe.socket)?;
                let name = crate::config::UnixName::Path(pipe.socket.clone());
                Self::bind_unix(&name, format!("pipe:{}", pipe.name), OPERATORS, occupied).await
            }
            #[cfg(windows)]
            AdminListen::Pipe(pipe) => {
                let address = format!("pipe:{}", pipe.name);
                let socket = PipeListener::bind(&PipeListen::private(pipe.clone()), None)?;
                Ok(Self { socket: Bound::Pipe(Box::new(Mutex::new(socket))), address })
            }
            // The configuration refuses it before.
            #[cfg(windows)]
            AdminListen::Unix(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// Binds a pipe that is for our own account alone, and for root, or SYSTEM
    /// and Administrators.
    ///
    /// # Errors
    /// The system's.
    pub async fn bind_private(pipe: &PipeAddress, occupied: Occupied) -> io::Result<Self> {
        #[cfg(unix)]
        {
            crate::endpoint::unix::make_folder(&pipe.socket)?;
            let name = crate::config::UnixName::Path(pipe.socket.clone());
            Self::bind_unix(&name, format!("pipe:{}", pipe.name), 0o600, occupied).await
        }
        #[cfg(windows)]
        Self::bind(&AdminListen::Pipe(pipe.clone()), occupied).await
    }

    #[cfg(unix)]
    async fn bind_unix(
        name: &crate::config::UnixName,
        address: String,
        mode: u32,
        occupied: Occupied,
    ) -> io::Result<Self> {
        let access = crate::config::FileAccess::default();
        let bound =
            crate::endpoint::unix::bind(name, socket2::Type::STREAM, &access, Some(mode), occupied)
                .await?;
        let socket = tokio::net::UnixListener::from_std(bound.socket.into())?;
        Ok(Self { socket: Bound::Unix { socket, _file: bound.file }, address })
    }

    /// Whether it is a TCP port that only this machine reaches.
    pub(in crate::gateway) fn is_loopback(&self) -> bool {
        match &self.socket {
            Bound::Tcp(socket) => socket.local_addr().is_ok_and(|at| at.ip().is_loopback()),
            #[cfg(unix)]
            Bound::Unix { .. } => false,
            #[cfg(windows)]
            Bound::Pipe(_) => false,
        }
    }

    /// Whether whoever asks is of this machine; others may not know who the
    /// clients are.
    pub(in crate::gateway) fn knows_who_asks(&self) -> bool {
        match &self.socket {
            Bound::Tcp(_) => self.is_loopback(),
            #[cfg(unix)]
            Bound::Unix { .. } => true,
            #[cfg(windows)]
            Bound::Pipe(_) => true,
        }
    }

    /// Waits for the next connection.
    pub(in crate::gateway) async fn accept(&self) -> io::Result<Box<dyn AdminStream>> {
        Ok(match &self.socket {
            Bound::Tcp(socket) => Box::new(socket.accept().await?.0),
            #[cfg(unix)]
            Bound::Unix { socket, .. } => Box::new(socket.accept().await?.0),
            #[cfg(windows)]
            Bound::Pipe(socket) => Box::new(socket.lock().await.accept_stream().await?),
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

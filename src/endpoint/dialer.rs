//! The dialling end of a bridge, whatever it is.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::ClientConfig;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

#[cfg(unix)]
use super::fifo;
#[cfg(windows)]
use super::pipe::PipeTarget;
use super::srv::SrvTarget;
use super::stdio::StdioConn;
use super::tls::{Shaken, connect};
#[cfg(unix)]
use super::unix::UnixTarget;
use super::{Conn, Stream, tcp};
use crate::access::UnknownName;
use crate::config::{Dial, HostPort, ProxyDetail, TcpDial, TlsDial};
use crate::sys::shortage::is_shortage;
use crate::tls::{self, Dialling, Identities, TlsError};

/// Why a target could not be reached.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// The system or the resolver says no.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The TLS handshake failed.
    #[error("{0}")]
    Handshake(String),
    /// The socket is served by somebody else than `owner` says.
    #[error("the listener is not who `owner` says it must be: {0}")]
    Owner(String),
    /// DNS names no host of the service, or none of them was reached.
    #[error("{0}")]
    Service(String),
}

impl DialError {
    /// Whether it was for want of something on this machine, which says nothing
    /// of the target.
    pub fn is_shortage(&self) -> bool {
        matches!(self, Self::Io(error) if is_shortage(error))
    }
}

/// Why nothing can ever be dialled as configured.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// The end's identity lacks what it needs.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// `owner` names somebody who does not exist.
    #[error(transparent)]
    Owner(#[from] UnknownName),
}

/// A target that was reached.
#[derive(Debug)]
pub struct Dialled {
    /// The connection.
    pub conn: Conn,
    /// How long its TLS handshake took, where there was one.
    pub handshake: Option<Duration>,
    /// The host and port that DNS named, of a service.
    pub place: Option<String>,
}

/// A dialling end.
#[derive(Debug)]
pub struct Dialer {
    target: Target,
    address: String,
}

#[derive(Debug)]
enum Target {
    Tcp(TcpDial),
    Tls(Box<TlsTarget>),
    Srv(Box<SrvTarget>),
    #[cfg(unix)]
    Unix(UnixTarget),
    #[cfg(windows)]
    Pipe(PipeTarget),
    #[cfg(unix)]
    Fifo(crate::config::FifoDial),
    Stdio,
    /// What this system does not have.
    #[cfg(windows)]
    Absent,
}

/// What is needed to speak TLS with a target, wherever it is.
#[derive(Debug)]
pub(super) struct TlsTarget {
    dial: TlsDial,
    side: Dialling,
}

impl Dialer {
    /// Prepares to dial; opens nothing yet.
    ///
    /// # Errors
    /// [`PrepareError`].
    pub fn new(config: &Dial, identities: &Identities) -> Result<Self, PrepareError> {
        let target = match config {
            Dial::Tcp(dial) => Target::Tcp(dial.clone()),
            Dial::Tls(dial) => Target::Tls(Box::new(TlsTarget::new(dial, identities)?)),
            Dial::Srv(dial) => Target::Srv(Box::new(SrvTarget::new(dial, identities)?)),
            #[cfg(unix)]
            Dial::Unix(dial) => Target::Unix(UnixTarget::of_unix(dial)?),
            #[cfg(unix)]
            Dial::Pipe(dial) => Target::Unix(UnixTarget::of_pipe(dial)?),
            #[cfg(windows)]
            Dial::Pipe(dial) => Target::Pipe(PipeTarget::new(dial)?),
            #[cfg(unix)]
            Dial::Fifo(dial) => Target::Fifo(dial.clone()),
            // The configuration refuses them before.
            #[cfg(windows)]
            Dial::Unix(_) | Dial::Fifo(_) => Target::Absent,
            Dial::Stdio(_) => Target::Stdio,
        };
        Ok(Self { target, address: config.to_string() })
    }

    /// The address as configured.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Whether a PROXY header is to be sent, and how much it says.
    pub fn proxy(&self) -> Option<ProxyDetail> {
        match &self.target {
            Target::Tcp(dial) => dial.proxy,
            Target::Tls(target) => target.proxy(),
            Target::Srv(target) => target.proxy(),
            #[cfg(unix)]
            Target::Unix(target) => target.proxy(),
            #[cfg(windows)]
            Target::Pipe(_) => None,
            #[cfg(unix)]
            Target::Fifo(_) => None,
            Target::Stdio => None,
            #[cfg(windows)]
            Target::Absent => None,
        }
    }

    /// Reaches the target and sends it `header` before anything else. The
    /// caller limits the time to `limit`, which is told so that several hosts of
    /// one service can share it.
    ///
    /// `from` becomes our own address where it serves to find the connection at
    /// the other side: TLS, whether the handshake succeeds or not. Elsewhere it
    /// would be one more system call for each connection.
    ///
    /// # Errors
    /// [`DialError`].
    pub async fn dial(
        &self,
        header: &[u8],
        limit: Duration,
        from: &mut Option<SocketAddr>,
    ) -> Result<Dialled, DialError> {
        let conn = match &self.target {
            Target::Tcp(dial) => Stream::Tcp(dial_tcp(&dial.to, dial, header).await?).into(),
            // Large, and nothing to the other schemes.
            Target::Tls(target) => {
                return Box::pin(target.dial(&target.dial.tcp.to, header, from)).await;
            }
            Target::Srv(target) => return Box::pin(target.dial(header, limit, from)).await,
            #[cfg(unix)]
            Target::Unix(target) => target.dial(header).await?,
            #[cfg(windows)]
            Target::Pipe(target) => target.dial().await?,
            #[cfg(unix)]
            Target::Fifo(dial) => Stream::Fifo(fifo::dial(dial).await?).into(),
            Target::Stdio => Stream::Stdio(Box::new(StdioConn::open())).into(),
            #[cfg(windows)]
            Target::Absent => return Err(io::Error::from(io::ErrorKind::Unsupported).into()),
        };
        Ok(Dialled { conn, handshake: None, place: None })
    }
}

/// Dials `to` with the options of `dial`.
pub(super) async fn dial_tcp(
    to: &HostPort,
    dial: &TcpDial,
    header: &[u8],
) -> io::Result<TcpStream> {
    let mut stream = tcp::dial(to, &dial.tcp).await?;
    stream.write_all(header).await?;
    Ok(stream)
}

impl TlsTarget {
    pub fn new(dial: &TlsDial, identities: &Identities) -> Result<Self, TlsError> {
        let identity = identities
            .get(&dial.identity)
            .ok_or_else(|| TlsError::NoTrust(dial.identity.clone()))?;
        Ok(Self { dial: dial.clone(), side: Dialling::new(identity, dial)? })
    }

    pub fn proxy(&self) -> Option<ProxyDetail> {
        self.dial.tcp.proxy
    }

    /// Dials `to`, whose certificate must be what the configuration says.
    pub async fn dial(
        &self,
        to: &HostPort,
        header: &[u8],
        from: &mut Option<SocketAddr>,
    ) -> Result<Dialled, DialError> {
        let tcp = self.open(to, header, from).await?;
        let started = Instant::now();
        let mut shaken = self.shake(tcp, self.side.resuming()).await?;
        if shaken.resumed
            && let Err(error) = self.side.recheck(&shaken.chain)
        {
            // What stands today, the server shows in a handshake without it.
            tracing::debug!(%error, "a resumed TLS session's certificate no longer stands");
            let tcp = self.open(to, header, from).await?;
            shaken = self.shake(tcp, self.side.fresh()).await?;
        }
        let conn = Stream::Tls(Box::new(shaken.conn)).into();
        Ok(Dialled { conn, handshake: Some(started.elapsed()), place: None })
    }

    async fn open(
        &self,
        to: &HostPort,
        header: &[u8],
        from: &mut Option<SocketAddr>,
    ) -> io::Result<TcpStream> {
        let tcp = dial_tcp(to, &self.dial.tcp, header).await?;
        // A peer that is gone again by now has no address to be found under.
        *from = tcp.local_addr().ok();
        Ok(tcp)
    }

    async fn shake(&self, tcp: TcpStream, config: Arc<ClientConfig>) -> Result<Shaken, DialError> {
        let fin_is_end = self.dial.tls.close_notify_optional;
        let shaken = connect(tcp, config, self.side.name(), fin_is_end).await;
        shaken.map_err(|failed| DialError::Handshake(tls::explain_dial(&failed.error)))
    }
}

#[cfg(all(test, unix))]
mod tests;

//! The dialling end of a bridge, whatever it is.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use socket2::Type;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;

use super::stdio::StdioConn;
use super::{Conn, PacketSocket, Stream, TlsConn, fifo, tcp, unix};
use crate::access::{ResolvedOwner, UnknownName};
use crate::config::{Dial, Framing, ProxyDetail, TcpDial, TlsDial, UnixName};
use crate::tls::{self, Identities, TlsError};

/// A busy listener is asked again, at first and at last so often.
const FIRST_RETRY: Duration = Duration::from_millis(2);
const LAST_RETRY: Duration = Duration::from_millis(100);

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
    Unix(UnixTarget),
    Fifo(crate::config::FifoDial),
    Stdio,
}

#[derive(Debug)]
struct TlsTarget {
    dial: TlsDial,
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

#[derive(Debug)]
struct UnixTarget {
    name: UnixName,
    kind: Type,
    owner: Option<ResolvedOwner>,
    /// Wait for the socket to be there, too.
    patient: bool,
    proxy: Option<ProxyDetail>,
}

impl Dialer {
    /// Prepares to dial; opens nothing yet.
    ///
    /// # Errors
    /// [`PrepareError`].
    pub fn new(config: &Dial, identities: &Identities) -> Result<Self, PrepareError> {
        let (address, target) = match config {
            Dial::Tcp(dial) => (format!("tcp:{}", dial.to), Target::Tcp(dial.clone())),
            Dial::Tls(dial) => {
                let address = format!("tls:{}", dial.tcp.to);
                (address, Target::Tls(Box::new(TlsTarget::new(dial, identities)?)))
            }
            Dial::Unix(dial) => {
                let target = UnixTarget {
                    name: dial.name.clone(),
                    kind: kind(dial.framing),
                    owner: owner(dial.owner.as_deref())?,
                    patient: dial.wait.is_some(),
                    proxy: dial.proxy,
                };
                (format!("unix:{}", dial.name), Target::Unix(target))
            }
            Dial::Pipe(dial) => {
                let target = UnixTarget {
                    name: UnixName::Path(dial.address.socket.clone()),
                    kind: kind(dial.framing),
                    owner: owner(dial.owner.as_deref())?,
                    patient: dial.wait.is_some(),
                    proxy: None,
                };
                (format!("pipe:{}", dial.address.name), Target::Unix(target))
            }
            Dial::Fifo(dial) => {
                (format!("fifo:{}", dial.path.display()), Target::Fifo(dial.clone()))
            }
            Dial::Stdio(_) => ("stdio:".to_owned(), Target::Stdio),
        };
        Ok(Self { target, address })
    }

    /// The address as configured.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Whether a PROXY header is to be sent, and how much it says.
    pub fn proxy(&self) -> Option<ProxyDetail> {
        match &self.target {
            Target::Tcp(dial) => dial.proxy,
            Target::Tls(target) => target.dial.tcp.proxy,
            Target::Unix(target) => target.proxy,
            Target::Fifo(_) | Target::Stdio => None,
        }
    }

    /// Reaches the target and sends it `header` before anything else. The
    /// caller limits the time.
    ///
    /// # Errors
    /// [`DialError`].
    pub async fn dial(&self, header: &[u8]) -> Result<Dialled, DialError> {
        let conn = match &self.target {
            Target::Tcp(dial) => Stream::Tcp(dial_tcp(dial, header).await?).into(),
            Target::Tls(target) => return target.dial(header).await,
            Target::Unix(target) => target.dial(header).await?,
            Target::Fifo(dial) => Stream::Fifo(fifo::dial(dial).await?).into(),
            Target::Stdio => Stream::Stdio(Box::new(StdioConn::open())).into(),
        };
        Ok(Dialled { conn, handshake: None })
    }
}

fn owner(written: Option<&str>) -> Result<Option<ResolvedOwner>, UnknownName> {
    written.map(ResolvedOwner::resolve).transpose()
}

fn kind(framing: Framing) -> Type {
    if framing == Framing::Packet { Type::SEQPACKET } else { Type::STREAM }
}

async fn dial_tcp(dial: &TcpDial, header: &[u8]) -> io::Result<TcpStream> {
    let mut stream = tcp::dial(&dial.to, &dial.tcp).await?;
    stream.write_all(header).await?;
    Ok(stream)
}

impl TlsTarget {
    fn new(dial: &TlsDial, identities: &Identities) -> Result<Self, TlsError> {
        let identity = identities
            .get(&dial.identity)
            .ok_or_else(|| TlsError::NoTrust(dial.identity.clone()))?;
        let (config, name) = tls::client_config(identity, dial)?;
        Ok(Self { dial: dial.clone(), config, name })
    }

    async fn dial(&self, header: &[u8]) -> Result<Dialled, DialError> {
        let tcp = dial_tcp(&self.dial.tcp, header).await?;
        let started = Instant::now();
        let connector = TlsConnector::from(Arc::clone(&self.config));
        let stream = connector.connect(self.name.clone(), tcp).await;
        let stream = stream.map_err(|error| DialError::Handshake(tls::explain_dial(&error)))?;
        let conn = TlsConn::new(stream, self.dial.tls.close_notify_optional);
        let conn = Stream::Tls(Box::new(conn)).into();
        Ok(Dialled { conn, handshake: Some(started.elapsed()) })
    }
}

impl UnixTarget {
    async fn dial(&self, header: &[u8]) -> Result<Conn, DialError> {
        let socket = self.connect().await?;
        if let Some(owner) = &self.owner {
            let process = unix::peer_process(&socket)?;
            if let Some(reason) = owner.matches(&process.account).reason() {
                return Err(DialError::Owner(reason.to_owned()));
            }
        }
        if self.kind == Type::SEQPACKET {
            return Ok(Conn::Packet(PacketSocket::new(socket)?));
        }
        let mut stream = UnixStream::from_std(socket.into())?;
        stream.write_all(header).await?;
        Ok(Stream::Unix(stream).into())
    }

    /// A full queue is waited for, as WaitNamedPipe waits for an instance; a
    /// socket that is not there only if that was asked for.
    async fn connect(&self) -> io::Result<std::os::fd::OwnedFd> {
        let mut pause = FIRST_RETRY;
        loop {
            match unix::connect(&self.name, self.kind) {
                Err(error) if self.may_come(&error) => {
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LAST_RETRY);
                }
                result => return result,
            }
        }
    }

    fn may_come(&self, error: &io::Error) -> bool {
        match error.kind() {
            io::ErrorKind::WouldBlock => true,
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => self.patient,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests;

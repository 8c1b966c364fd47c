//! Dialling a Unix socket: its owner is asked for, a busy one is waited for.

use std::future::ready;
use std::io;
use std::os::fd::OwnedFd;

use socket2::Type;
use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;

use super::{connect, peer_process};
use crate::access::{ResolvedOwner, UnknownName};
use crate::config::{Framing, PipeDial, ProxyDetail, UnixDial, UnixName};
use crate::endpoint::patience::retry;
use crate::endpoint::{Conn, DialError, PacketSocket, Stream};

/// A Unix socket to dial.
#[derive(Debug)]
pub struct UnixTarget {
    name: UnixName,
    kind: Type,
    owner: Option<ResolvedOwner>,
    /// Wait for the socket to be there, too.
    patient: bool,
    proxy: Option<ProxyDetail>,
}

impl UnixTarget {
    /// `unix:PATH`
    ///
    /// # Errors
    /// When `owner` names nobody.
    pub fn of_unix(dial: &UnixDial) -> Result<Self, UnknownName> {
        Ok(Self {
            name: dial.name.clone(),
            kind: kind(dial.framing),
            owner: owner(dial.owner.as_deref())?,
            patient: dial.wait.is_some(),
            proxy: dial.proxy,
        })
    }

    /// `pipe:NAME`, for which a socket stands here.
    ///
    /// # Errors
    /// When `owner` names nobody.
    pub fn of_pipe(dial: &PipeDial) -> Result<Self, UnknownName> {
        Ok(Self {
            name: UnixName::Path(dial.address.socket.clone()),
            kind: kind(dial.framing),
            owner: owner(dial.owner.as_deref())?,
            patient: dial.wait.is_some(),
            proxy: None,
        })
    }

    /// Whether a PROXY header is to be sent, and how much it says.
    pub fn proxy(&self) -> Option<ProxyDetail> {
        self.proxy
    }

    /// Connects, and sends `header` before anything else.
    ///
    /// # Errors
    /// [`DialError`].
    pub async fn dial(&self, header: &[u8]) -> Result<Conn, DialError> {
        let socket = self.connect().await?;
        if let Some(owner) = &self.owner {
            let process = peer_process(&socket, false)?;
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
    async fn connect(&self) -> io::Result<OwnedFd> {
        retry(|| ready(connect(&self.name, self.kind)), |error| self.may_come(error)).await
    }

    fn may_come(&self, error: &io::Error) -> bool {
        match error.kind() {
            io::ErrorKind::WouldBlock => true,
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => self.patient,
            _ => false,
        }
    }
}

fn owner(written: Option<&str>) -> Result<Option<ResolvedOwner>, UnknownName> {
    written.map(ResolvedOwner::resolve).transpose()
}

fn kind(framing: Framing) -> Type {
    if framing == Framing::Packet { Type::SEQPACKET } else { Type::STREAM }
}

//! Connections to the demo's sockets, from either side.

use std::io;

use anyhow::{Context, ensure};
use socket2::Type;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};

use super::{Place, framing};
use crate::config::{FileAccess, UnixName};
use crate::endpoint::Occupied;
use crate::endpoint::unix::{self, SocketFile};

/// What comes from a connection.
#[derive(Debug)]
pub(in crate::cli::demo) struct Receiver(BufReader<OwnedReadHalf>);

impl Receiver {
    /// The next message; `None` at the clean end.
    ///
    /// # Errors
    /// `UnexpectedEof` if it ends inside a message, else the system's.
    pub async fn receive(&mut self) -> io::Result<Option<Vec<u8>>> {
        framing::receive(&mut self.0).await
    }
}

/// What goes to a connection.
#[derive(Debug)]
pub(in crate::cli::demo) struct Sender(OwnedWriteHalf);

impl Sender {
    /// Sends one message.
    ///
    /// # Errors
    /// The system's.
    pub async fn send(&mut self, message: &[u8]) -> io::Result<()> {
        framing::send(&mut self.0, message).await
    }
}

/// Opens a pipe as its client.
///
/// # Errors
/// The system's.
pub(in crate::cli::demo) async fn open(place: &Place) -> anyhow::Result<(Receiver, Sender)> {
    Ok(halves(UnixStream::connect(place).await?))
}

/// Ends the client's direction, and waits for the clean end of the other.
///
/// # Errors
/// When it does not end, or not cleanly.
pub(in crate::cli::demo) async fn end(mut from: Receiver, mut to: Sender) -> anyhow::Result<()> {
    to.0.shutdown().await.context("could not end the connection")?;
    let more = from.receive().await.context("the connection did not end cleanly")?;
    ensure!(more.is_none(), "one more came back");
    Ok(())
}

fn halves(stream: UnixStream) -> (Receiver, Sender) {
    let (from, to) = stream.into_split();
    (Receiver(BufReader::new(from)), Sender(to))
}

/// A pipe that a service listens on; it goes when this is dropped.
#[derive(Debug)]
pub(in crate::cli::demo) struct Listener {
    socket: UnixListener,
    _file: Option<SocketFile>,
}

impl Listener {
    /// Listens, for our own account only.
    ///
    /// # Errors
    /// The system's.
    pub async fn bind(place: &Place) -> anyhow::Result<Self> {
        let name = UnixName::Path(place.clone());
        let bound =
            unix::bind(&name, Type::STREAM, &FileAccess::default(), Some(0o600), Occupied::Refuse)
                .await?;
        let socket = UnixListener::from_std(bound.socket.into())?;
        Ok(Self { socket, _file: bound.file })
    }

    /// Waits for the next client.
    ///
    /// # Errors
    /// The system's.
    pub async fn accept(&mut self) -> anyhow::Result<(Receiver, Sender)> {
        Ok(halves(self.socket.accept().await?.0))
    }
}

/// Tells a client that no more will come; it has ended its own direction.
///
/// # Errors
/// The system's.
pub(in crate::cli::demo) async fn finish(mut to: Sender) -> io::Result<()> {
    to.0.shutdown().await
}

/// Opens a connection to an admin server.
///
/// # Errors
/// The system's.
pub(in crate::cli::demo) async fn admin(
    place: &Place,
) -> io::Result<impl AsyncRead + AsyncWrite + Unpin> {
    UnixStream::connect(place).await
}

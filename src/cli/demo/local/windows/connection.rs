//! Connections to the demo's pipes, from either side.

use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::io::{AsyncRead, AsyncWrite};

use super::Place;
use crate::config::{Bridge, CommandLine, Listen, Mode, Surroundings, from_addresses};
use crate::endpoint::{Conn, DialError, Dialer, Message, PacketEnd, PipeListener, Stream};
use crate::tls::Identities;

/// The longest message that is taken, in bytes: the default of `max_message`.
const LONGEST: usize = 16 * 1024 * 1024;

/// Whether anybody serves a pipe of this name.
pub(in crate::cli::demo) async fn is_there(place: &Place) -> bool {
    match dial(place, Mode::Byte).await {
        Err(error) => match error.downcast_ref::<DialError>() {
            Some(DialError::Io(error)) => error.kind() != io::ErrorKind::NotFound,
            _ => true,
        },
        Ok(_) => true,
    }
}

/// Both halves of a connection have it: one reads while the other writes.
type Shared = Arc<Mutex<PacketEnd>>;

/// What comes from a connection.
#[derive(Debug)]
pub(in crate::cli::demo) struct Receiver(Shared);

impl Receiver {
    /// The next message; `None` when the other party has closed the pipe.
    ///
    /// # Errors
    /// `UnexpectedEof` if it was closed inside a message, `InvalidData` for a
    /// message that is too long, else the system's.
    pub async fn receive(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut message = None;
        let mut too_long = false;
        poll_fn(|cx| {
            lock(&self.0).poll_receive(cx, LONGEST, |came| match came {
                Message::Whole(bytes) => message = Some(bytes.to_vec()),
                Message::TooLong(_) => too_long = true,
            })
        })
        .await?;
        if too_long { Err(io::ErrorKind::InvalidData.into()) } else { Ok(message) }
    }
}

/// What goes to a connection.
#[derive(Debug)]
pub(in crate::cli::demo) struct Sender(Shared);

impl Sender {
    /// Sends one message.
    ///
    /// # Errors
    /// The system's.
    pub async fn send(&mut self, message: &[u8]) -> io::Result<()> {
        let message = [IoSlice::new(message)];
        poll_fn(|cx| lock(&self.0).poll_send(cx, &message).map_err(io::Error::other)).await?;
        Ok(())
    }
}

/// Held for one poll only, and by one task's.
fn lock(pipe: &Shared) -> MutexGuard<'_, PacketEnd> {
    pipe.lock().unwrap_or_else(PoisonError::into_inner)
}

fn halves(conn: Conn) -> anyhow::Result<(Receiver, Sender)> {
    let Conn::Packet(pipe) = conn else { bail!("the pipe does not keep messages apart") };
    let pipe = Arc::new(Mutex::new(pipe));
    Ok((Receiver(Arc::clone(&pipe)), Sender(pipe)))
}

/// Opens a pipe as its client.
///
/// # Errors
/// The system's; a pipe of byte type is one, too.
pub(in crate::cli::demo) async fn open(place: &Place) -> anyhow::Result<(Receiver, Sender)> {
    halves(dial(place, Mode::Message).await?)
}

/// Closes the pipe, which is all that a client can say here. Whatever it was
/// sent it has got: it waited for that.
///
/// # Errors
/// When more has come than it waited for.
pub(in crate::cli::demo) async fn end(mut from: Receiver, _to: Sender) -> anyhow::Result<()> {
    let mut more = std::pin::pin!(from.receive());
    match poll_fn(|cx| Poll::Ready(more.as_mut().poll(cx))).await {
        Poll::Pending => Ok(()),
        Poll::Ready(Ok(Some(_))) => bail!("one more came back"),
        Poll::Ready(Ok(None)) => bail!("the gateway closed the pipe first"),
        Poll::Ready(Err(error)) => Err(error).context("the connection did not last"),
    }
}

/// A pipe that a service listens on; it goes when this is dropped.
#[derive(Debug)]
pub(in crate::cli::demo) struct Listener(PipeListener);

impl Listener {
    /// Listens, for our own account, the system and the administrators.
    ///
    /// # Errors
    /// The system's.
    pub async fn bind(place: &Place) -> anyhow::Result<Self> {
        let Listen::Pipe(pipe) = bridge(&address(place), "stdio:", Mode::Message)?.listen else {
            bail!("`{place}` is no pipe");
        };
        Ok(Self(PipeListener::bind(&pipe, None)?))
    }

    /// Waits for the next client.
    ///
    /// # Errors
    /// The system's.
    pub async fn accept(&mut self) -> anyhow::Result<(Receiver, Sender)> {
        halves(self.0.accept().await?.conn)
    }
}

/// The client has closed the pipe already.
///
/// # Errors
/// None.
pub(in crate::cli::demo) async fn finish(_: Sender) -> io::Result<()> {
    Ok(())
}

/// Opens a connection to an admin server.
///
/// # Errors
/// The system's.
pub(in crate::cli::demo) async fn admin(
    place: &Place,
) -> io::Result<impl AsyncRead + AsyncWrite + Unpin> {
    match dial(place, Mode::Byte).await.map_err(io::Error::other)? {
        Conn::Stream(Stream::Pipe(pipe)) => Ok(pipe),
        _ => Err(io::ErrorKind::InvalidInput.into()),
    }
}

/// Opens a pipe, as a byte or a message bridge would.
async fn dial(place: &Place, mode: Mode) -> anyhow::Result<Conn> {
    let bridge = bridge("stdio:", &address(place), mode)?;
    let dialer = Dialer::new(bridge.connect.first(), &Identities::default())?;
    Ok(dialer.dial(&[], Duration::from_secs(10), &mut None).await?.conn)
}

fn address(place: &Place) -> String {
    format!("pipe:{place}")
}

/// What `pipeferry relay` would make of these addresses.
fn bridge(listen: &str, connect: &str, mode: Mode) -> anyhow::Result<Bridge> {
    let given = CommandLine { mode: Some(mode), ..CommandLine::default() };
    let config = from_addresses(listen, connect, &given, &Surroundings::of_this_process())?;
    config.bridges.into_iter().next().context("there is no bridge")
}

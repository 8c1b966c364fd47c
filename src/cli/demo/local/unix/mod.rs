//! Unix: a pipe is a socket in the demo's folder, and its messages are framed.

mod framing;

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use rustix::process::{Pid, Signal, kill_process};
use socket2::Type;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::process::Command;

#[cfg(test)]
pub(in crate::cli::demo) use self::framing::receive;
use crate::cli::demo::folder::Folder;
use crate::cli::demo::pipes::Pipe;
use crate::config::{FileAccess, UnixName};
use crate::endpoint::unix::{self, SocketFile};

/// What a gateway is told to stop with.
pub(in crate::cli::demo) const STOPPED_WITH: &str = "SIGTERM";

/// `sun_path` holds 108 bytes, one of them a NUL (unix(7)).
const LONGEST_SOCKET: usize = 107;

/// The most bytes that the path of the demo's folder may have: the longest of
/// the sockets must be bound in it.
pub(in crate::cli::demo) const LONGEST_FOLDER: Option<usize> =
    Some(LONGEST_SOCKET - "orders-service.sock".len() - 1);

/// Where a pipe is.
pub(in crate::cli::demo) type Place = PathBuf;

/// The pipes of one run: sockets in its folder.
#[derive(Debug)]
pub(in crate::cli::demo) struct Pipes(PathBuf);

impl Pipes {
    /// Those of the run in `folder`.
    pub fn of(folder: &Folder) -> Self {
        Self(folder.path().to_owned())
    }

    /// The name after `pipe:`.
    pub fn name(&self, pipe: Pipe) -> String {
        pipe.plain_name().to_owned()
    }

    /// Where it is.
    pub fn place(&self, pipe: Pipe) -> Place {
        self.0.join(format!("{}.sock", pipe.plain_name()))
    }
}

/// Whether anybody has left a pipe there.
pub(super) async fn is_there(place: &Place) -> bool {
    place.exists()
}

/// Makes a folder that is ours alone.
///
/// # Errors
/// The system's; `AlreadyExists` if it is there.
pub(in crate::cli::demo) fn make_private(folder: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(folder)
}

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
        let bound = unix::bind(&name, Type::STREAM, &FileAccess::default(), Some(0o600)).await?;
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

/// Has the system start a gateway such that a Ctrl-C does not reach it.
pub(in crate::cli::demo) fn keep_signals_from(command: &mut Command) {
    command.process_group(0);
}

/// Tells a gateway that was started so to drain. It is not reaped yet, so that
/// the number is its own.
///
/// # Errors
/// The system's.
pub(in crate::cli::demo) fn ask_to_stop(pid: u32) -> io::Result<()> {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let pid = pid.ok_or(io::ErrorKind::InvalidInput)?;
    Ok(kill_process(pid, Signal::TERM)?)
}

/// What the system says when somebody else listens at an address.
pub(in crate::cli::demo) fn address_taken() -> io::Error {
    rustix::io::Errno::ADDRINUSE.into()
}

/// Where that is done.
pub(in crate::cli::demo) const WHERE_BY_HAND: &str =
    "; the first lines of both files say how to try it";

/// How to go on with a kept folder, for a shell.
pub(in crate::cli::demo) fn by_hand(
    folder: &Path,
    program: &str,
    [far, near]: [&str; 2],
) -> Vec<String> {
    vec![
        format!("cd {}", quoted(folder.as_os_str())),
        format!("{program} run -c {far} & {program} run -c {near} &"),
    ]
}

/// A word as a shell takes it.
pub(in crate::cli::demo) fn quoted(word: &std::ffi::OsStr) -> String {
    let text = Path::new(word).display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+:@%,=".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

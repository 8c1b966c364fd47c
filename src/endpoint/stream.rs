//! A stream of bytes: TCP, Unix, pipe, TLS, FIFO, standard input and output.
//!
//! Poll functions only: the ferry holds no buffer while it waits, and one
//! future drives both directions. Reading 0 bytes is the clean end and nothing
//! else; whatever was cut is an error.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;

#[cfg(unix)]
use super::fifo::FifoConn;
#[cfg(windows)]
use super::pipe::PipeStream;
use super::stdio::StdioConn;
use super::tls::TlsConn;
use crate::sys;

/// A stream of bytes.
#[derive(Debug)]
pub enum Stream {
    /// TCP.
    Tcp(TcpStream),
    /// A Unix stream socket.
    #[cfg(unix)]
    Unix(UnixStream),
    /// A Windows pipe whose bytes count, and not its messages.
    #[cfg(windows)]
    Pipe(Box<PipeStream>),
    /// TLS over TCP.
    Tls(Box<TlsConn>),
    /// One direction of a FIFO.
    #[cfg(unix)]
    Fifo(FifoConn),
    /// Standard input and output.
    Stdio(Box<StdioConn>),
}

/// Calls `$call` on the pinned inner stream of every variant.
macro_rules! each {
    ($self:expr, $inner:ident => $call:expr) => {
        match $self {
            Stream::Tcp(stream) => {
                let $inner = Pin::new(stream);
                $call
            }
            #[cfg(unix)]
            Stream::Unix(stream) => {
                let $inner = Pin::new(stream);
                $call
            }
            #[cfg(windows)]
            Stream::Pipe(stream) => {
                let $inner = Pin::new(&mut **stream);
                $call
            }
            Stream::Tls(stream) => {
                let $inner = Pin::new(&mut **stream);
                $call
            }
            #[cfg(unix)]
            Stream::Fifo(stream) => {
                let $inner = Pin::new(stream);
                $call
            }
            Stream::Stdio(stream) => {
                let $inner = Pin::new(&mut **stream);
                $call
            }
        }
    };
}

impl Stream {
    /// Reads into `buffer`; 0 is the clean end.
    ///
    /// # Errors
    /// `UnexpectedEof` for TLS cut without close_notify, else the system's.
    pub fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut into = ReadBuf::new(buffer);
        ready!(each!(self, inner => inner.poll_read(cx, &mut into)))?;
        Poll::Ready(Ok(into.filled().len()))
    }

    /// Writes some of `bytes`, which are not empty.
    ///
    /// # Errors
    /// The system's; `WriteZero` never stands for progress.
    pub fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(each!(self, inner => inner.poll_write(cx, bytes)))?;
        if written == 0 {
            Poll::Ready(Err(io::ErrorKind::WriteZero.into()))
        } else {
            Poll::Ready(Ok(written))
        }
    }

    /// Whether `poll_write` has left bytes behind that `poll_flush` moves on.
    pub fn buffers_writes(&self) -> bool {
        match self {
            Self::Tls(stream) => stream.holds_writes(),
            Self::Stdio(_) => true,
            _ => false,
        }
    }

    /// Moves on what was written but not handed to the system yet.
    ///
    /// # Errors
    /// The system's.
    pub fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self, inner => inner.poll_flush(cx))
    }

    /// Tells the peer that no more will come; reading goes on.
    ///
    /// # Errors
    /// The system's; `ConnectionReset` if that has happened before: what was on
    /// its way is lost, and nobody may say that it arrived. (tokio's own
    /// shutdown takes a connection that is over for one that was ended.)
    pub fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Self::Tcp(stream) = self {
            return Poll::Ready(sys::socket::end(stream));
        }
        // Before close_notify is sent: a peer that has left after its own
        // answers that with a reset, and nothing is lost.
        if self.is_over() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        each!(self, inner => inner.poll_shutdown(cx))
    }

    /// Whether the peer has closed both ways, as far as the system tells that
    /// from a half-close: for Unix sockets and Windows pipes only.
    pub fn is_closed_in_full(&self) -> bool {
        match self {
            #[cfg(unix)]
            Self::Unix(stream) => sys::socket::has_hung_up(stream),
            #[cfg(windows)]
            Self::Pipe(pipe) => pipe.is_closed_in_full(),
            _ => false,
        }
    }

    /// Whether a reset or a timeout has ended it; see [`super::Conn`].
    pub fn is_over(&self) -> bool {
        self.tcp().is_some_and(|tcp| sys::socket::is_over(tcp).unwrap_or(true))
    }

    /// Whether anything can come from this end.
    pub fn reads(&self) -> bool {
        match self {
            #[cfg(unix)]
            Self::Fifo(fifo) => fifo.reads(),
            #[cfg(windows)]
            Self::Pipe(pipe) => pipe.reads(),
            _ => true,
        }
    }

    /// Whether anything can go to this end.
    pub fn writes(&self) -> bool {
        match self {
            #[cfg(unix)]
            Self::Fifo(fifo) => !fifo.reads(),
            #[cfg(windows)]
            Self::Pipe(pipe) => pipe.writes(),
            _ => true,
        }
    }

    /// Bytes that an abort now would destroy; see [`super::Conn`].
    pub fn unacknowledged(&self) -> Option<usize> {
        let Some(socket) = self.tcp() else { return Some(0) };
        match sys::socket::unacknowledged(socket) {
            Ok(0) => Some(0),
            // A connection that is over keeps its count.
            _ if sys::socket::is_over(socket).unwrap_or(true) => Some(0),
            count => count.ok(),
        }
    }

    /// Bytes in the system's send queue; see [`super::Conn`].
    pub fn in_queue(&self) -> usize {
        match self {
            #[cfg(unix)]
            Self::Unix(stream) => sys::socket::unacknowledged(stream).unwrap_or(0),
            _ => self.unacknowledged().unwrap_or(0),
        }
    }

    /// The TCP socket, where there is one.
    fn tcp(&self) -> Option<&TcpStream> {
        match self {
            Self::Tcp(stream) => Some(stream),
            Self::Tls(stream) => Some(stream.tcp()),
            _ => None,
        }
    }

    /// Whether a close, whoever does it, tells the peer that something is missing:
    /// also the system's, when this process is killed. On TCP such a close is a
    /// reset (tcp(7), SO_LINGER with 0 seconds).
    pub fn set_unfinished(&self, unfinished: bool) {
        // On Windows a killed process's connections are reset in any case.
        if let Some(socket) = self.tcp().filter(|_| cfg!(unix)) {
            let linger = unfinished.then_some(std::time::Duration::ZERO);
            // Fails only on a socket that is gone already.
            let _ = socket2::SockRef::from(socket).set_linger(linger);
        }
    }

    /// Closes so that the peer can tell it from a clean end: TCP and TLS by a
    /// reset (tcp(7), SO_LINGER with 0 seconds), the others by closing.
    pub fn abort(self) {
        // On Windows what is not sent yet cannot always be waited for; TLS
        // without close_notify says enough, and loses none of it.
        if cfg!(windows) && matches!(self, Self::Tls(_)) {
            return;
        }
        if let Some(socket) = self.tcp() {
            // Fails only on a socket that is gone already.
            let _ = socket2::SockRef::from(socket).set_linger(Some(std::time::Duration::ZERO));
        }
    }
}

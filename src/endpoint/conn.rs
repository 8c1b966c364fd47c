//! One end of a connection, whatever it is.

use std::io;
use std::task::{Context, Poll};

use super::{PacketEnd, Stream};

/// An open end. A closed set, so that every call is a direct one.
#[derive(Debug)]
pub enum Conn {
    /// A stream of bytes.
    Stream(Stream),
    /// A socket or pipe that keeps each message apart.
    Packet(PacketEnd),
}

impl Conn {
    /// The stream, for a byte bridge.
    ///
    /// # Errors
    /// `Unsupported` for packets: the configuration keeps those to message
    /// bridges.
    pub fn stream(&mut self) -> io::Result<&mut Stream> {
        match self {
            Self::Stream(stream) => Ok(stream),
            Self::Packet(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// Tells the peer that no more will come; reading goes on.
    ///
    /// # Errors
    /// As [`Stream::poll_end`] and [`PacketEnd::poll_end`].
    pub fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Stream(stream) => stream.poll_end(cx),
            Self::Packet(end) => end.poll_end(cx),
        }
    }

    /// Whether anything can come from this end.
    pub fn reads(&self) -> bool {
        match self {
            Self::Stream(stream) => stream.reads(),
            Self::Packet(end) => end.reads(),
        }
    }

    /// Whether anything can go to this end.
    pub fn writes(&self) -> bool {
        match self {
            Self::Stream(stream) => stream.writes(),
            Self::Packet(end) => end.writes(),
        }
    }

    /// Whether the peer has closed both ways, as far as the system tells that
    /// from a half-close. Asked once, when its end was read.
    pub fn is_closed_in_full(&self) -> bool {
        match self {
            Self::Stream(stream) => stream.is_closed_in_full(),
            Self::Packet(end) => end.is_closed_in_full(),
        }
    }

    /// Whether an end that has taken no more is sure to be read to its end: a
    /// Windows pipe whose other party has left says so after all that it wrote,
    /// which may not have come to us yet when nothing is there to read.
    pub fn ends_by_itself(&self) -> bool {
        match self {
            #[cfg(windows)]
            Self::Stream(Stream::Pipe(pipe)) => pipe.reads(),
            #[cfg(windows)]
            Self::Packet(end) => end.reads(),
            _ => false,
        }
    }

    /// Bytes that an abort now would destroy because the peer's system has not
    /// acknowledged them yet; `None` where the system does not say.
    pub fn unacknowledged(&self) -> Option<usize> {
        match self {
            Self::Stream(stream) => stream.unacknowledged(),
            // What a Unix socket or a pipe has taken lies with its reader already.
            Self::Packet(_) => Some(0),
        }
    }

    /// Bytes that lie in the system's queue for this end, as far as it tells:
    /// while they become fewer, the peer takes them.
    pub fn in_queue(&self) -> usize {
        match self {
            Self::Stream(stream) => stream.in_queue(),
            Self::Packet(end) => end.in_queue(),
        }
    }

    /// Whether the connection is over, by a reset or a timeout, whatever is still
    /// there to be read. Only TCP tells that.
    pub fn is_over(&self) -> bool {
        match self {
            Self::Stream(stream) => stream.is_over(),
            Self::Packet(_) => false,
        }
    }

    /// Whether a close, whoever does it, tells the peer that something is missing;
    /// see [`Stream::set_unfinished`].
    pub fn set_unfinished(&self, unfinished: bool) {
        if let Self::Stream(stream) = self {
            stream.set_unfinished(unfinished);
        }
    }

    /// Closes so that the peer can tell it from a clean end, as far as its
    /// kind of connection can say so. Never waits.
    pub fn abort(self) {
        if let Self::Stream(stream) = self {
            stream.abort();
        }
    }
}

impl From<Stream> for Conn {
    fn from(stream: Stream) -> Self {
        Self::Stream(stream)
    }
}

//! A bridge: its ends, its mode, its limits.

use std::fmt;
use std::time::Duration;

use super::{FifoDial, FifoListen, HandedListen, PipeDial, PipeListen, TcpDial, TcpListen};
use super::{SrvDial, Targets, TlsDial, TlsListen, UnixDial, UnixListen};

/// One bridge: where to listen, where to connect, how to carry.
#[derive(Debug, Clone, PartialEq)]
pub struct Bridge {
    /// Its name, a label in every metric.
    pub name: String,
    /// A stream, or whole messages.
    pub mode: Mode,
    /// The end that clients come to.
    pub listen: Listen,
    /// The ends of which one is dialled for each of them.
    pub connect: Targets,
    /// Dial and TLS handshake towards a target together; all targets that are
    /// tried for one client.
    pub connect_timeout: Duration,
    /// The client's PROXY header and TLS handshake together.
    pub handshake_timeout: Duration,
    /// No byte in either direction for so long ends a connection.
    pub idle_timeout: Option<Duration>,
    /// After one direction has ended: no byte in the other for so long.
    pub half_close_timeout: Duration,
    /// No connection lives longer.
    pub max_lifetime: Option<Duration>,
    /// More clients than this wait; they are accepted late, not refused.
    pub max_connections: usize,
    /// Message mode: the longest message in bytes.
    pub max_message: usize,
}

/// How a bridge carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// A stream of bytes.
    Byte,
    /// Whole messages.
    Message,
}

/// How messages are marked off on a stream, or that the socket does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Framing {
    /// Four bytes, big-endian: the default.
    U32Be,
    /// Four bytes, little-endian.
    U32Le,
    /// Two bytes, big-endian: messages up to 65,535 bytes.
    U16Be,
    /// Two bytes, little-endian: messages up to 65,535 bytes.
    U16Le,
    /// LEB128, as protocol buffers write their lengths; at most 5 bytes.
    Varint,
    /// One packet of a SOCK_SEQPACKET socket is one message.
    Packet,
}

/// The listening end of a bridge.
#[derive(Debug, Clone, PartialEq)]
pub enum Listen {
    /// `pipe:NAME`
    Pipe(Box<PipeListen>),
    /// `unix:PATH`
    Unix(UnixListen),
    /// `fifo:PATH`
    Fifo(FifoListen),
    /// `tcp:HOST:PORT`
    Tcp(TcpListen),
    /// `tls:HOST:PORT`
    Tls(Box<TlsListen>),
    /// `fd:NAME`
    Handed(Box<HandedListen>),
    /// `stdio:` (`relay` and `connect` only)
    Stdio(StdioEnd),
}

impl Listen {
    /// The word that its address begins with.
    pub const fn scheme(&self) -> &'static str {
        match self {
            Self::Pipe(_) => "pipe",
            Self::Unix(_) => "unix",
            Self::Fifo(_) => "fifo",
            Self::Tcp(_) => "tcp",
            Self::Tls(_) => "tls",
            Self::Handed(_) => "fd",
            Self::Stdio(_) => "stdio",
        }
    }
}

/// The address as it is written, without the options.
impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.scheme())?;
        match self {
            Self::Pipe(pipe) => pipe.address.name.fmt(f),
            Self::Unix(unix) => unix.name.fmt(f),
            Self::Fifo(fifo) => fifo.path.display().fmt(f),
            Self::Tcp(tcp) => tcp.at.fmt(f),
            Self::Tls(tls) => tls.tcp.at.fmt(f),
            Self::Handed(handed) => handed.name.fmt(f),
            Self::Stdio(_) => Ok(()),
        }
    }
}

/// The dialling end of a bridge.
#[derive(Debug, Clone, PartialEq)]
pub enum Dial {
    /// `pipe:NAME` or `pipe://HOST/NAME`
    Pipe(Box<PipeDial>),
    /// `unix:PATH`
    Unix(UnixDial),
    /// `fifo:PATH`
    Fifo(FifoDial),
    /// `tcp:HOST:PORT`
    Tcp(TcpDial),
    /// `tls:HOST:PORT`
    Tls(Box<TlsDial>),
    /// `srv:NAME`
    Srv(Box<SrvDial>),
    /// `stdio:` (`relay` and `connect` only)
    Stdio(StdioEnd),
}

/// Standard input and output as an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StdioEnd {
    /// Message mode: the framing on the stream.
    pub framing: Framing,
}

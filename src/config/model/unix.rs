//! Unix sockets as ends, and whose their files are.

use std::time::Duration;

use super::{Framing, ProxyAccept, ProxyDetail, UnixName};
use crate::config::LocalRules;

/// Which way a pipe or FIFO carries, seen from the gateway (for a pipe that it
/// serves: PIPE_ACCESS_DUPLEX, _INBOUND, _OUTBOUND).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Both ways.
    Duplex,
    /// The gateway only reads.
    Inbound,
    /// The gateway only writes.
    Outbound,
}

/// Mode and owner of a socket file or FIFO.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileAccess {
    /// Permission bits, at most 0o777.
    pub permissions: Option<u32>,
    /// The owning user, a name or a number as written.
    pub owner: Option<String>,
    /// The owning group, a name or a number as written.
    pub group: Option<String>,
}

/// `unix:PATH` as the listening end.
#[derive(Debug, Clone, PartialEq)]
pub struct UnixListen {
    /// Where.
    pub name: UnixName,
    /// The framing in message mode; `Packet` makes it a SEQPACKET socket.
    pub framing: Framing,
    /// Who may come in.
    pub allow: LocalRules,
    /// The socket file's mode and owner.
    pub file: FileAccess,
    /// A PROXY header comes first.
    pub proxy: Option<ProxyAccept>,
}

/// `unix:PATH` as the dialling end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnixDial {
    /// Where.
    pub name: UnixName,
    /// The framing in message mode; `Packet` makes it a SEQPACKET socket.
    pub framing: Framing,
    /// The account that must run the listening end (a name or a number).
    pub owner: Option<String>,
    /// How long to wait for the socket to be there and to take us;
    /// `None`: one try.
    pub wait: Option<Duration>,
    /// A PROXY header is sent first.
    pub proxy: Option<ProxyDetail>,
}

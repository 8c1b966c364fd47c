//! TCP sockets as ends, and what a PROXY header says on them.

use std::time::Duration;

use super::{Framing, HostPort};

/// Options of a TCP socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TcpOptions {
    /// TCP_NODELAY
    pub nodelay: bool,
    /// Keepalive probes start after so long; `None` is off.
    pub keepalive: Option<Duration>,
    /// SO_REUSEPORT (listening).
    pub reuse_port: bool,
}

/// `tcp:HOST:PORT` as the listening end.
#[derive(Debug, Clone, PartialEq)]
pub struct TcpListen {
    /// Where.
    pub at: HostPort,
    /// The framing in message mode.
    pub framing: Framing,
    /// Socket options.
    pub tcp: TcpOptions,
    /// A PROXY header comes first.
    pub proxy: Option<ProxyAccept>,
}

/// `tcp:HOST:PORT` as the dialling end.
#[derive(Debug, Clone, PartialEq)]
pub struct TcpDial {
    /// Where.
    pub to: HostPort,
    /// The framing in message mode.
    pub framing: Framing,
    /// Socket options.
    pub tcp: TcpOptions,
    /// A PROXY header is sent first.
    pub proxy: Option<ProxyDetail>,
}

/// A listener that expects a PROXY v2 header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyAccept {
    /// Networks that may send one (default: loopback); nobody else gets in.
    /// Not asked of a Unix socket's clients.
    pub from: Vec<ipnet::IpNet>,
    /// Whether TLVs are believed too.
    pub detail: ProxyDetail,
}

/// How much a PROXY v2 header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProxyDetail {
    /// Addresses only.
    Addresses,
    /// TLVs too.
    Full,
}

//! Sockets that were opened by whoever started the process.

use std::fmt;

use super::{Framing, ProxyAccept, TcpOptions, TlsServer};
use crate::config::LocalRules;

/// The name of a socket that is handed over: 1 to 255 printable ASCII
/// characters without `:`, as systemd.socket(5) has it (FileDescriptorName=).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HandedName(pub(in crate::config) String);

impl HandedName {
    /// The name as written in an address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HandedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `fd:NAME` as the listening end. What kind of socket it is, nobody knows
/// before it is there.
#[derive(Debug, Clone, PartialEq)]
pub struct HandedListen {
    /// Which one.
    pub name: HandedName,
    /// The framing in message mode; `Packet` is for a SEQPACKET socket, and no
    /// other is.
    pub framing: Framing,
    /// Socket options, where it is a TCP socket.
    pub tcp: TcpOptions,
    /// TLS on it; it must be a TCP socket then.
    pub tls: Option<TlsServer>,
    /// Who may come in, where it is a Unix socket; rules make it one.
    pub allow: LocalRules,
    /// A PROXY header comes first.
    pub proxy: Option<ProxyAccept>,
}

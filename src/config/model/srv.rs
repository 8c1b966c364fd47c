//! Services that DNS knows, as ends.

use std::fmt;

use super::{TcpDial, TlsDial};

/// A service's name, as SRV records have it (RFC 2782).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ServiceName {
    pub(in crate::config) name: String,
    pub(in crate::config) domain: String,
}

impl ServiceName {
    /// The whole name, without a dot at its end.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// The domain whose service it is: the name without its first labels that
    /// begin with `_`.
    pub fn domain(&self) -> &str {
        &self.domain
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// `srv:NAME` as the dialling end.
#[derive(Debug, Clone, PartialEq)]
pub struct SrvDial {
    /// Which service.
    pub service: ServiceName,
    /// What is spoken with the hosts that DNS names.
    pub over: SrvTransport,
}

/// What is spoken with each host of a service. The place in it is that of the
/// service's domain, with port 0: where to dial is what DNS answers.
#[derive(Debug, Clone, PartialEq)]
pub enum SrvTransport {
    /// Bare TCP.
    Tcp(TcpDial),
    /// TLS, under the name of the service's domain unless `server_name` says
    /// another: an answer of DNS is no proof of who may serve it.
    Tls(Box<TlsDial>),
}

impl SrvDial {
    /// The socket below.
    pub fn tcp(&self) -> &TcpDial {
        match &self.over {
            SrvTransport::Tcp(tcp) => tcp,
            SrvTransport::Tls(tls) => &tls.tcp,
        }
    }

    /// The name of the identity that is shown, where TLS is spoken.
    pub fn identity(&self) -> Option<&str> {
        match &self.over {
            SrvTransport::Tcp(_) => None,
            SrvTransport::Tls(tls) => Some(&tls.identity),
        }
    }
}

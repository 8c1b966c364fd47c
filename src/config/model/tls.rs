//! TLS ends: a TCP end, an identity, and who may be at the other side.

use super::{TcpDial, TcpListen};
use crate::config::CertRules;

/// `tls:HOST:PORT` as the listening end.
#[derive(Debug, Clone, PartialEq)]
pub struct TlsListen {
    /// The socket below.
    pub tcp: TcpListen,
    /// Name of the identity that is shown.
    pub identity: String,
    /// Who may come in.
    pub clients: TlsClients,
    /// Protocol versions and close rule.
    pub tls: TlsOptions,
}

/// What a listening end shows and asks, whatever the socket below.
#[derive(Debug, Clone, PartialEq)]
pub struct TlsServer {
    /// Name of the identity that is shown.
    pub identity: String,
    /// Who may come in.
    pub clients: TlsClients,
    /// Protocol versions and close rule.
    pub tls: TlsOptions,
}

impl From<&TlsListen> for TlsServer {
    fn from(listen: &TlsListen) -> Self {
        let TlsListen { identity, clients, tls, .. } = listen;
        Self { identity: identity.clone(), clients: clients.clone(), tls: *tls }
    }
}

/// `tls:HOST:PORT` as the dialling end.
#[derive(Debug, Clone, PartialEq)]
pub struct TlsDial {
    /// The socket below.
    pub tcp: TcpDial,
    /// Name of the identity that is shown and that trusts.
    pub identity: String,
    /// The name that the certificate must carry, in place of the address's host.
    pub server_name: Option<String>,
    /// Rules that the server's certificate must meet beside its name.
    pub verify: Option<CertRules>,
    /// Protocol versions and close rule.
    pub tls: TlsOptions,
}

/// Which clients a TLS listener takes.
#[derive(Debug, Clone, PartialEq)]
pub enum TlsClients {
    /// `client_cert = "none"`: no certificate is asked for.
    Anonymous,
    /// `allow = "any"`: any certificate of the trusted CAs.
    Any,
    /// `allow = [...]`: one of these rules must be met.
    Rules(CertRules),
}

/// Options of a TLS end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TlsOptions {
    /// The lowest version.
    pub min: TlsVersion,
    /// The highest version.
    pub max: TlsVersion,
    /// Whether a plain FIN counts as a clean end.
    pub close_notify_optional: bool,
    /// Whether sessions are resumed, rather than begun anew each time.
    pub resume: bool,
}

/// A version of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TlsVersion {
    /// TLS 1.2
    V1_2,
    /// TLS 1.3
    V1_3,
}

//! Who is at the other side of an end.
//!
//! A `Peer` lives as long as its connection, so it is small: addresses and
//! numbers in place, everything textual behind one box. It never decides
//! anything; verdicts are made by the rules beside it.

use std::fmt;
use std::net::SocketAddr;

/// Who is there.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Where it is, as the socket tells.
    pub origin: Origin,
    /// What its certificate says, where it showed one.
    pub certificate: Option<Box<CertificateNames>>,
    /// The certificates that it showed, leaf first, in DER: to be judged again
    /// when the rules change.
    pub chain: Option<Box<[Box<[u8]>]>>,
    /// What TLS agreed on, where there is TLS.
    pub tls: Option<Box<TlsSession>>,
    /// Who it says it speaks for, by a PROXY header that we believe.
    pub proxied: Option<Box<Proxied>>,
}

/// Where a peer is.
#[derive(Debug, Clone)]
pub enum Origin {
    /// A TCP or TLS peer.
    Network {
        /// Its address.
        peer: SocketAddr,
        /// Ours, as it dialled it.
        local: SocketAddr,
    },
    /// A process of this machine behind a Unix socket or pipe.
    Local(Process),
    /// A FIFO: nobody can tell who.
    Fifo,
    /// Our own standard input and output.
    Stdio,
}

/// A process of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its process number, where known.
    pub pid: Option<u32>,
    /// Its account.
    pub account: Account,
}

/// The account that a process runs under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Account {
    /// Unix: effective ids at the time of connect(2).
    Unix {
        /// User.
        uid: u32,
        /// Primary group.
        gid: u32,
        /// Supplementary groups.
        groups: Box<[u32]>,
    },
    /// Windows: the token's user.
    Windows {
        /// `S-1-...`
        sid: String,
        /// `DOMAIN\user`, where it could be looked up. For the log: rules
        /// compare SIDs.
        name: Option<String>,
        /// The SIDs of the groups that are enabled in the token and do not
        /// only deny.
        groups: Box<[String]>,
    },
    /// Windows: of the process that has the client's number now, which may be
    /// another one. For the log; nobody is let in, refused or announced by it.
    Supposed {
        /// `S-1-...`
        sid: String,
        /// `DOMAIN\user`, where it could be looked up.
        name: Option<String>,
    },
    /// Nobody can tell (yet): a Windows pipe's client that has said nothing.
    Unknown,
}

/// What TLS agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsSession {
    /// `TLSv1.2` or `TLSv1.3`.
    pub version: &'static str,
    /// The cipher suite's IANA name.
    pub cipher: String,
    /// The name that the client asked for.
    pub sni: Option<String>,
    /// The protocol that was agreed on.
    pub alpn: Option<Vec<u8>>,
    /// The leaf certificate that the peer showed, in DER. Kept only where a
    /// PROXY header shall carry it: it outweighs all the rest.
    pub certificate: Option<Box<[u8]>>,
}

/// The names in a certificate that rules and logs ask for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CertificateNames {
    /// The subject as RFC 4514 writes it.
    pub subject: String,
    /// Common names.
    pub cn: Vec<String>,
    /// Organizational units.
    pub ou: Vec<String>,
    /// SAN dNSName.
    pub dns: Vec<String>,
    /// SAN uniformResourceIdentifier.
    pub uri: Vec<String>,
    /// SAN iPAddress.
    pub ip: Vec<std::net::IpAddr>,
    /// SAN rfc822Name.
    pub email: Vec<String>,
    /// SHA-256 of the SubjectPublicKeyInfo.
    pub spki: [u8; 32],
    /// Serial number, upper-case hex without separators.
    pub serial: String,
}

/// Whom a peer speaks for, from its PROXY header.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proxied {
    /// The client's address, where the header has one.
    pub client: Option<SocketAddr>,
    /// The address that the client dialled.
    pub dialled: Option<SocketAddr>,
    /// The client's process, from our own TLV.
    pub process: Option<Process>,
    /// The client certificate's common name.
    pub cn: Option<String>,
    /// The connection's id at the first gateway, as each one after it passes
    /// it on: 1 to 128 printable ASCII characters, or any bytes in hex.
    pub id: Option<String>,
    /// Everything else that the header said, as the TLVs it came in (without
    /// checksum and padding), to be passed on; empty where only addresses are
    /// believed.
    pub tlvs: Box<[u8]>,
}

impl Peer {
    /// A peer of which no more is known than where it is.
    pub fn new(origin: Origin) -> Self {
        Self { origin, certificate: None, chain: None, tls: None, proxied: None }
    }

    /// The id that the connection came with: the first gateway's.
    pub fn first_id(&self) -> Option<&str> {
        self.proxied.as_deref()?.id.as_deref()
    }
}

/// For the log: `10.0.0.1:4711`, `pid 4711 uid 1000`, `fifo`, `stdio`; whoever
/// a PROXY header names comes first.
impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(proxied) = &self.proxied {
            match (&proxied.client, &proxied.process) {
                (Some(client), _) => write!(f, "{client} via ")?,
                (None, Some(process)) => write!(f, "{process} via ")?,
                (None, None) => {}
            }
        }
        self.origin.fmt(f)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network { peer, .. } => peer.fmt(f),
            Self::Local(process) => process.fmt(f),
            Self::Fifo => f.write_str("fifo"),
            Self::Stdio => f.write_str("stdio"),
        }
    }
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(pid) = self.pid {
            write!(f, "pid {pid} ")?;
        }
        match &self.account {
            Account::Unix { uid, .. } => write!(f, "uid {uid}"),
            Account::Unknown => f.write_str("of an unknown account"),
            Account::Supposed { sid, name } => {
                let name = name.as_deref().unwrap_or("unnamed");
                write!(f, "{name} ({sid}) by its number")
            }
            Account::Windows { sid, name: None, .. } => f.write_str(sid),
            Account::Windows { sid, name: Some(name), .. } => write!(f, "{name} ({sid})"),
        }
    }
}

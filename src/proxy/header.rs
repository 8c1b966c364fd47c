//! A header as values, and how it is written.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use super::tlv::{self, TLV_HEAD, Tlv, kind};
use super::{HEAD_LEN, ProxyError, checksum};

/// What every header of version 2 begins with.
pub(super) const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";

/// Longest that an AF_UNIX address can be: sun_path of `struct sockaddr_un`.
pub(super) const UNIX_PATH: usize = 108;

/// A PROXY header of version 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// On whose behalf the connection was made.
    pub command: Command,
    /// Between whom.
    pub addresses: Addresses,
    /// What else is said, in its order; without checksum and padding, which
    /// say nothing. Empty with [`Command::Local`].
    pub tlvs: Vec<Tlv>,
}

/// On whose behalf a connection was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// The proxy's own (a health check): nothing is said about a client.
    Local,
    /// A client's.
    Proxy,
}

/// Between whom a connection is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Addresses {
    /// Not said.
    Unspec,
    /// IPv4 or IPv6, both the same.
    Inet {
        /// The client.
        src: SocketAddr,
        /// What it dialled.
        dst: SocketAddr,
    },
    /// Unix sockets, as `sun_path` has them: padded with NUL.
    Unix {
        /// The client's; mostly all NUL, as clients don't bind.
        src: Box<[u8; UNIX_PATH]>,
        /// What it dialled.
        dst: Box<[u8; UNIX_PATH]>,
    },
}

impl Addresses {
    /// A pair of addresses of one family. IPv4 addresses in IPv6 clothes are
    /// taken out of them; if only one of the two is IPv4 after that, it is
    /// mapped to IPv6 (RFC 4291, 2.5.5.2), since a header has one family.
    pub fn inet(src: SocketAddr, dst: SocketAddr) -> Self {
        let (from, to) = match (src.ip().to_canonical(), dst.ip().to_canonical()) {
            pair @ ((IpAddr::V4(_), IpAddr::V4(_)) | (IpAddr::V6(_), IpAddr::V6(_))) => pair,
            (from, to) => (mapped(from).into(), mapped(to).into()),
        };
        Self::Inet { src: (from, src.port()).into(), dst: (to, dst.port()).into() }
    }

    /// Family and transport in one byte, as the head has it.
    fn family(&self) -> u8 {
        match self {
            Self::Unspec => 0x00,
            Self::Inet { src, .. } if src.is_ipv4() => 0x11,
            Self::Inet { .. } => 0x21,
            Self::Unix { .. } => 0x31,
        }
    }

    fn append_to(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Unspec => {}
            Self::Inet { src, dst } => {
                append_ip(bytes, src.ip());
                append_ip(bytes, dst.ip());
                bytes.extend_from_slice(&src.port().to_be_bytes());
                bytes.extend_from_slice(&dst.port().to_be_bytes());
            }
            Self::Unix { src, dst } => bytes.extend_from_slice(&[**src, **dst].concat()),
        }
    }
}

fn mapped(ip: IpAddr) -> Ipv6Addr {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped(),
        IpAddr::V6(ip) => ip,
    }
}

fn append_ip(bytes: &mut Vec<u8>, ip: IpAddr) {
    match ip {
        IpAddr::V4(ip) => bytes.extend_from_slice(&ip.octets()),
        IpAddr::V6(ip) => bytes.extend_from_slice(&ip.octets()),
    }
}

impl Header {
    /// The header as it goes over the wire, with a checksum if so asked.
    ///
    /// # Errors
    /// [`ProxyError::TooLong`] if its TLVs exceed what 16 bits can say.
    pub fn to_bytes(&self, checksum: bool) -> Result<Vec<u8>, ProxyError> {
        let max = usize::from(u16::MAX);
        let mut writer = Writer::new(self.command, &self.addresses, HEAD_LEN + max);
        if checksum {
            writer.add_checksum();
        }
        for Tlv { kind, value } in &self.tlvs {
            if !writer.push(*kind, value) {
                let len = writer.bytes.len() - HEAD_LEN + TLV_HEAD + value.len();
                return Err(ProxyError::TooLong { len, max });
            }
        }
        Ok(writer.finish())
    }
}

/// Writes a header that never exceeds its limit.
pub(super) struct Writer {
    bytes: Vec<u8>,
    limit: usize,
    checksum: Option<usize>,
}

impl Writer {
    /// Begins a header of at most `limit` bytes in all: no more than 16 bits
    /// can say, and at least the head, the addresses and a checksum.
    pub(super) fn new(command: Command, addresses: &Addresses, limit: usize) -> Self {
        let command = match command {
            Command::Local => 0x20,
            Command::Proxy => 0x21,
        };
        let mut bytes = SIGNATURE.to_vec();
        bytes.extend_from_slice(&[command, addresses.family(), 0, 0]);
        addresses.append_to(&mut bytes);
        Self { bytes, limit: limit.min(HEAD_LEN + usize::from(u16::MAX)), checksum: None }
    }

    /// Makes room for a checksum, which [`Writer::finish`] fills in.
    pub(super) fn add_checksum(&mut self) {
        if self.push(kind::CRC32C, &[0; 4]) {
            self.checksum = Some(self.bytes.len() - 4);
        }
    }

    /// Adds a TLV if there is room for it; says whether there was.
    pub(super) fn push(&mut self, kind: u8, value: &[u8]) -> bool {
        self.bytes.len() + TLV_HEAD + value.len() <= self.limit
            && tlv::append(&mut self.bytes, kind, value)
    }

    /// Fills in length and checksum.
    pub(super) fn finish(mut self) -> Vec<u8> {
        // The limit keeps it within 16 bits.
        let len = (self.bytes.len() - HEAD_LEN) as u16;
        self.bytes[HEAD_LEN - 2..HEAD_LEN].copy_from_slice(&len.to_be_bytes());
        if let Some(at) = self.checksum {
            let sum = checksum::of_header(&self.bytes, at);
            self.bytes[at..at + 4].copy_from_slice(&sum.to_be_bytes());
        }
        self.bytes
    }
}

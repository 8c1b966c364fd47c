//! Type, length, value: what a header says beside addresses.

use super::ProxyError;

/// The types that we read or write (PP2_TYPE_* and PP2_SUBTYPE_SSL_*).
pub mod kind {
    /// The protocol agreed on by ALPN, as bytes.
    pub const ALPN: u8 = 0x01;
    /// The host name that the client asked for (SNI).
    pub const AUTHORITY: u8 = 0x02;
    /// Checksum of the whole header.
    pub const CRC32C: u8 = 0x03;
    /// Padding.
    pub const NOOP: u8 = 0x04;
    /// The connection's id, at most 128 bytes.
    pub const UNIQUE_ID: u8 = 0x05;
    /// TLS: flags, verdict, and a list of the following.
    pub const SSL: u8 = 0x20;
    /// Within SSL: the version, `TLSv1.3`.
    pub const SSL_VERSION: u8 = 0x21;
    /// Within SSL: the client certificate's common name.
    pub const SSL_CN: u8 = 0x22;
    /// Within SSL: the cipher suite.
    pub const SSL_CIPHER: u8 = 0x23;
    /// Within SSL: the client certificate in DER.
    pub const SSL_CLIENT_CERT: u8 = 0x28;
    /// Ours, from the range for applications (0xe0 to 0xef): a local client's
    /// process and account.
    pub const PROCESS: u8 = 0xe5;
}

/// Bytes before the value: the type, and two of length, big-endian.
pub(super) const TLV_HEAD: usize = 3;

/// Longest connection id that the protocol allows, in bytes.
pub(super) const MAX_ID: usize = 128;

/// One TLV.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tlv {
    /// The type, one of [`kind`] or any other.
    pub kind: u8,
    /// The value; at most 65,535 bytes can be written.
    pub value: Vec<u8>,
}

/// Goes through a list of TLVs. After an error it ends.
#[derive(Debug, Clone)]
pub(super) struct Tlvs<'a> {
    list: &'a [u8],
    at: usize,
}

impl<'a> Tlvs<'a> {
    pub(super) fn new(list: &'a [u8]) -> Self {
        Self { list, at: 0 }
    }

    /// The first value of this type, if the list is sound up to there.
    pub(super) fn find(self, kind: u8) -> Option<&'a [u8]> {
        self.map_while(Result::ok).find(|(found, _)| *found == kind).map(|(_, value)| value)
    }

    fn first(&self) -> Option<(u8, &'a [u8])> {
        let (&[kind, high, low], rest) = self.list[self.at..].split_first_chunk()?;
        let value = rest.get(..usize::from(u16::from_be_bytes([high, low])))?;
        Some((kind, value))
    }
}

impl<'a> Iterator for Tlvs<'a> {
    type Item = Result<(u8, &'a [u8]), ProxyError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at == self.list.len() {
            return None;
        }
        let Some((kind, value)) = self.first() else {
            let at = std::mem::replace(&mut self.at, self.list.len());
            return Some(Err(ProxyError::Tlv { at }));
        };
        self.at += TLV_HEAD + value.len();
        Some(Ok((kind, value)))
    }
}

/// Appends a TLV if its value can be said in 16 bits; says whether it was.
pub(super) fn append(list: &mut Vec<u8>, kind: u8, value: &[u8]) -> bool {
    let Ok(len) = u16::try_from(value.len()) else { return false };
    list.push(kind);
    list.extend_from_slice(&len.to_be_bytes());
    list.extend_from_slice(value);
    true
}

/// A value as text that may stand in a log: UTF-8, 1 to `max` bytes, without
/// control characters. Anything else counts as not said.
pub(super) fn text(value: &[u8], max: usize) -> Option<&str> {
    let text = std::str::from_utf8(value).ok()?;
    let fits = !text.is_empty() && text.len() <= max && !text.contains(char::is_control);
    fits.then_some(text)
}

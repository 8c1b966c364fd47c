//! What can be wrong with a PROXY header.

use thiserror::Error;

/// Why bytes are no PROXY v2 header that we take.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProxyError {
    /// The text form of version 1.
    #[error(
        "the client sent a PROXY header of version 1 (text); version 2 is expected: \
         set the sender to it (HAProxy: send-proxy-v2)"
    )]
    Version1,
    /// Something else altogether.
    #[error(
        "the client sent no PROXY v2 header but {found:?}; either it is no proxy, \
         or its side must be told to send the header"
    )]
    NoHeader {
        /// How it began, as printable text.
        found: String,
    },
    /// The signature is right, what follows is from another version.
    #[error("a PROXY header of version {0} came; only version 2 is known")]
    Version(u8),
    /// Neither LOCAL nor PROXY.
    #[error("a PROXY header with the command {0:#x} came; only LOCAL (0) and PROXY (1) are known")]
    Command(u8),
    /// A family and transport that the specification does not list.
    #[error(
        "a PROXY header with the address family {0:#04x} came, which the protocol does not have"
    )]
    Family(u8),
    /// Longer than we read, or than can be said.
    #[error("a PROXY header announces {len} bytes; at most {max} are taken")]
    TooLong {
        /// Bytes after the first 16.
        len: usize,
        /// The limit.
        max: usize,
    },
    /// Fewer bytes than it announces.
    #[error("a PROXY header ends after {have} of its {want} bytes")]
    Cut {
        /// Bytes that are there.
        have: usize,
        /// Bytes that it has.
        want: usize,
    },
    /// Too short for the addresses of its family.
    #[error("a PROXY header leaves {have} bytes for addresses that take {want}")]
    Addresses {
        /// Bytes that are there.
        have: usize,
        /// Bytes that the family takes.
        want: usize,
    },
    /// A TLV that reaches beyond the header.
    #[error("a TLV at byte {at} of a PROXY header's list reaches beyond its end")]
    Tlv {
        /// Where it starts, counted from the first TLV.
        at: usize,
    },
    /// The checksum does not match.
    #[error(
        "a PROXY header's checksum is {announced:08x}, its bytes make {computed:08x}; \
         it was damaged on its way, or its sender is broken"
    )]
    Checksum {
        /// What it says.
        announced: u32,
        /// What it is.
        computed: u32,
    },
    /// The checksum is not four bytes, or there are two of them.
    #[error("a PROXY header has a checksum that is not one number of four bytes")]
    BadChecksum,
}

//! PROXY protocol version 2: who the client is, said before its first byte.
//!
//! The format is HAProxy's (`proxy-protocol.txt`, section 2.2); one TLV is our
//! own and `docs/wire.md` gives it byte by byte. Reading takes the 16 bytes of
//! [`announced_len`], then as many as it says, then [`parse`]. This layer turns
//! bytes into a [`Header`] and back: it never reads a socket, and whether a
//! sender is to be believed is decided before it is asked.

mod announce;
mod checksum;
mod error;
mod header;
mod parse;
mod process;
mod proxied;
mod ssl;
mod tlv;

#[doc(hidden)]
pub mod check;

pub use announce::{MAX_SENT, from_peer, of_ourselves};
pub use error::ProxyError;
pub use header::{Addresses, Command, Header};
pub use parse::{HEAD_LEN, MAX_PAYLOAD, announced_len, check_start, parse};
pub use proxied::into_proxied;
pub use tlv::{Tlv, kind};

#[cfg(test)]
mod tests;

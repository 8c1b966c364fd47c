//! The record layer of an established connection (RFC 8446, 5; RFC 5246, 6.2).
//!
//! rustls shakes hands and then hands over the keys; its own record layer takes
//! one record a read, and copies and allocates for each. Here records are
//! opened in the buffer that they were read into, many at once, each moved up
//! to the one before it; and sealed into the buffer that they are written from.
//! New keys and tickets stay rustls' business, by its `kernel` interface, and
//! the ciphers are ring's.
//!
//! No I/O in here, and nothing is judged about who the peer is. An error ends
//! the session: the alert for the peer waits in [`Records::control`], and what
//! was opened before it may be delivered.

pub mod check;
mod fault;
mod kernel;
mod keys;
mod open;
mod post_handshake;
mod records;
mod seal;

pub use kernel::Kernel;
pub use records::{Received, Records};

/// Type, version and length (RFC 8446, 5.1).
pub const HEADER: usize = 5;
/// From change_cipher_spec to application_data.
const KINDS: std::ops::RangeInclusive<u8> = 20..=23;
/// What one record carries at most.
pub const MOST_PLAIN: usize = 16 * 1024;
/// What a protected record may have beyond that (RFC 8446, 5.2). TLS 1.2
/// allows more, but its AEAD suites need less.
const MOST_EXTRA: usize = 256;
/// A whole record on the wire, at most.
pub const MOST_RECORD: usize = HEADER + MOST_PLAIN + MOST_EXTRA;

/// The length of the record at the start of `bytes`, its header included;
/// `None` until the header is there.
///
/// # Errors
/// A type, a version or a length that no record has. The type is looked at as
/// soon as it is there: who speaks something else is told at once.
pub fn record_len(bytes: &[u8]) -> Result<Option<usize>, rustls::Error> {
    if bytes.first().is_some_and(|kind| !KINDS.contains(kind)) {
        return Err(rustls::InvalidMessage::InvalidContentType.into());
    }
    let Some([_, major, _, high, low]) = bytes.first_chunk::<HEADER>() else { return Ok(None) };
    if *major != 3 {
        return Err(rustls::InvalidMessage::UnknownProtocolVersion.into());
    }
    let len = HEADER + usize::from(u16::from_be_bytes([*high, *low]));
    if len > MOST_RECORD {
        return Err(rustls::Error::PeerSentOversizedRecord);
    }
    Ok(Some(len))
}

#[cfg(test)]
mod tests;

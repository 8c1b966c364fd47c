//! Handshake messages of TLS 1.3 that come after the handshake (RFC 8446, 4.6).

use rustls::{Error, HandshakeType, InvalidMessage, PeerMisbehaved};

/// Type and length.
const HEAD: usize = 4;
/// As rustls limits them: the largest ticket fits.
const LONGEST: usize = 0xffff;

/// One message; `rest` is what follows it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Message<'a> {
    pub kind: HandshakeType,
    pub body: &'a [u8],
    pub rest: &'a [u8],
}

/// The first message in `bytes`; `None` while it is not all there.
pub(super) fn first(bytes: &[u8]) -> Result<Option<Message<'_>>, Error> {
    let Some([kind, high, middle, low]) = bytes.first_chunk::<HEAD>() else { return Ok(None) };
    let len = u32::from_be_bytes([0, *high, *middle, *low]) as usize;
    if len > LONGEST {
        return Err(InvalidMessage::HandshakePayloadTooLarge.into());
    }
    let Some(body) = bytes.get(HEAD..HEAD + len) else { return Ok(None) };
    Ok(Some(Message { kind: (*kind).into(), body, rest: &bytes[HEAD + len..] }))
}

/// Messages that come in records, each of which may end inside one.
#[derive(Debug, Default)]
pub(super) struct Messages {
    /// The start of a message that goes on in the next record.
    partial: Vec<u8>,
}

impl Messages {
    /// Whether a message goes on in the next record: nothing else may come
    /// before that (RFC 8446, 5.1).
    pub fn is_inside_one(&self) -> bool {
        !self.partial.is_empty()
    }

    /// Adds what a record brought, and gives each message that is whole to
    /// `take`.
    ///
    /// # Errors
    /// A record of nothing, a message that is too long, and what `take` says.
    pub fn add(
        &mut self,
        bytes: &[u8],
        take: impl FnMut(Message<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if bytes.is_empty() {
            return Err(PeerMisbehaved::TooManyEmptyFragments.into());
        }
        if self.partial.is_empty() {
            let rest = take_whole(bytes, take)?;
            self.partial.extend_from_slice(rest);
            return Ok(());
        }
        self.partial.extend_from_slice(bytes);
        let rest = take_whole(&self.partial, take)?.len();
        self.partial.drain(..self.partial.len() - rest);
        Ok(())
    }
}

/// Gives the whole messages to `take`; what follows them is left.
fn take_whole(
    mut bytes: &[u8],
    mut take: impl FnMut(Message<'_>) -> Result<(), Error>,
) -> Result<&[u8], Error> {
    while let Some(message) = first(bytes)? {
        bytes = message.rest;
        take(message)?;
    }
    Ok(bytes)
}

/// A key update that asks for no other (RFC 8446, 4.6.3).
pub(super) const KEY_UPDATE: [u8; 5] = [24, 0, 0, 1, 0];

/// Whether a key update asks for one of ours.
pub(super) fn wants_update(body: &[u8]) -> Result<bool, Error> {
    match body {
        [0] => Ok(false),
        [1] => Ok(true),
        [_] => Err(InvalidMessage::InvalidKeyUpdate.into()),
        _ => Err(InvalidMessage::MissingData("one whole key update").into()),
    }
}

/// New keys begin with a record of their own.
pub(super) fn check_at_boundary(rest: &[u8]) -> Result<(), Error> {
    if rest.is_empty() { Ok(()) } else { Err(PeerMisbehaved::KeyEpochWithPendingFragment.into()) }
}

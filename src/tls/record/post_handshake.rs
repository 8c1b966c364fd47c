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

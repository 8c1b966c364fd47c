//! Opening records where they lie.

use ring::aead::{Aad, Nonce};
use rustls::{ContentType, Error, InvalidMessage, PeerMisbehaved};

use super::keys::{Keys, Layout, additional};
use super::{HEADER, MOST_PLAIN};

/// The bytes of ring's tags, for all of its ciphers.
pub(super) const TAG: usize = 16;

/// Opens what the peer sealed.
#[derive(Debug)]
pub(super) struct Opener(pub Keys);

impl Opener {
    /// Opens the record at `buffer[at..end]` and moves its content to the start
    /// of `buffer`. Gives its kind and length.
    ///
    /// # Errors
    /// A record that was not sealed by the peer, or is none. `buffer` holds
    /// nothing of use then.
    pub fn open(
        &mut self,
        buffer: &mut [u8],
        at: usize,
        end: usize,
    ) -> Result<(ContentType, usize), Error> {
        let record = buffer.get(at..end).ok_or(Error::DecryptError)?;
        let header = *record.first_chunk::<HEADER>().ok_or(Error::DecryptError)?;
        match self.0.layout {
            Layout::Tls13 => self.open_13(header, &mut buffer[..end], at + HEADER),
            _ => self.open_12(header, &mut buffer[..end], at + HEADER),
        }
    }

    fn open_13(
        &mut self,
        header: [u8; HEADER],
        buffer: &mut [u8],
        from: usize,
    ) -> Result<(ContentType, usize), Error> {
        // All else in the clear is over with the handshake.
        if header[0] != u8::from(ContentType::ApplicationData) {
            return Err(unexpected(ContentType::from(header[0])));
        }
        let seq = self.0.take_seq_to_open()?;
        let nonce = Nonce::assume_unique_for_key(self.0.nonce(seq));
        let opened = self.0.key.open_within(nonce, Aad::from(header), buffer, from..);
        let opened = opened.map_err(|_| Error::DecryptError)?;
        checked_len(opened.len().saturating_sub(Layout::Tls13.inner_type()))?;
        // The type is the last byte that is not padding.
        let Some(len) = opened.iter().rposition(|byte| *byte != 0) else {
            return Err(PeerMisbehaved::IllegalTlsInnerPlaintext.into());
        };
        Ok((ContentType::from(opened[len]), len))
    }

    fn open_12(
        &mut self,
        header: [u8; HEADER],
        buffer: &mut [u8],
        from: usize,
    ) -> Result<(ContentType, usize), Error> {
        let explicit = self.0.layout.explicit_nonce();
        let plain = (buffer.len() - from).checked_sub(explicit + TAG).ok_or(Error::DecryptError)?;
        let plain = checked_len(plain)?;
        let seq = self.0.take_seq_to_open()?;
        let nonce = match buffer[from..].first_chunk::<8>() {
            Some(said) if explicit > 0 => self.0.said_nonce(*said),
            _ => Nonce::assume_unique_for_key(self.0.nonce(seq)),
        };
        #[expect(clippy::cast_possible_truncation, reason = "at most 16 KiB")]
        let aad = Aad::from(additional(seq, header[0], plain as u16));
        let opened = self.0.key.open_within(nonce, aad, buffer, from + explicit..);
        let opened = opened.map_err(|_| Error::DecryptError)?;
        Ok((ContentType::from(header[0]), opened.len()))
    }
}

impl Keys {
    fn take_seq_to_open(&mut self) -> Result<u64, Error> {
        self.take_seq().map_err(|_| Error::DecryptError)
    }
}

fn checked_len(len: usize) -> Result<usize, Error> {
    if len > MOST_PLAIN { Err(Error::PeerSentOversizedRecord) } else { Ok(len) }
}

/// A record of a kind that has no place here.
pub(super) fn unexpected(kind: ContentType) -> Error {
    match kind {
        ContentType::ChangeCipherSpec | ContentType::Handshake | ContentType::Alert => {
            Error::InappropriateMessage {
                expect_types: vec![ContentType::ApplicationData],
                got_type: kind,
            }
        }
        _ => Error::InvalidMessage(InvalidMessage::InvalidContentType),
    }
}

//! Sealing records into the buffer that they are written from.

use ring::aead::{Aad, Nonce};
use rustls::{ContentType, Error};

use super::keys::{Keys, Layout, additional};
use super::open::TAG;
use super::{HEADER, MOST_PLAIN};

/// Seals what goes to the peer.
#[derive(Debug)]
pub(super) struct Sealer {
    keys: Keys,
    /// So many records this key may still seal (RFC 8446, 5.5).
    left: u64,
}

impl Sealer {
    /// `limit`: so many records one key may seal.
    pub fn new(keys: Keys, limit: u64) -> Self {
        Self { keys, left: limit }
    }

    /// Bytes that a record has beyond its content.
    pub fn overhead(&self) -> usize {
        HEADER + self.keys.layout.explicit_nonce() + self.keys.layout.inner_type() + TAG
    }

    /// Whether the key has sealed all that it may but for a last few.
    pub fn is_worn(&self) -> bool {
        // What a key update, and an alert after it, need.
        self.left <= 4
    }

    /// Seals `plain`, of at most 16 KiB, as one record at the start of `out`;
    /// its length.
    ///
    /// # Errors
    /// A key that may seal no more, or too little room.
    pub fn seal(
        &mut self,
        kind: ContentType,
        plain: &[u8],
        out: &mut [u8],
    ) -> Result<usize, Error> {
        let total = plain.len() + self.overhead();
        let out = out.get_mut(..total).ok_or(Error::EncryptError)?;
        if plain.len() > MOST_PLAIN {
            return Err(Error::EncryptError);
        }
        self.left = self.left.checked_sub(1).ok_or(Error::EncryptError)?;
        let seq = self.keys.take_seq()?;
        match self.keys.layout {
            Layout::Tls13 => self.seal_13(seq, kind, plain, out),
            _ => self.seal_12(seq, kind, plain, out),
        }?;
        Ok(total)
    }

    fn seal_13(
        &self,
        seq: u64,
        kind: ContentType,
        plain: &[u8],
        out: &mut [u8],
    ) -> Result<(), Error> {
        let header = header(ContentType::ApplicationData, out.len());
        let tag_at = out.len() - TAG;
        out[..HEADER].copy_from_slice(&header);
        out[HEADER..tag_at - 1].copy_from_slice(plain);
        out[tag_at - 1] = kind.into();
        let nonce = Nonce::assume_unique_for_key(self.keys.nonce(seq));
        self.finish(nonce, Aad::from(header), out, HEADER)
    }

    fn seal_12(
        &self,
        seq: u64,
        kind: ContentType,
        plain: &[u8],
        out: &mut [u8],
    ) -> Result<(), Error> {
        let explicit = self.keys.layout.explicit_nonce();
        let (from, tag_at) = (HEADER + explicit, out.len() - TAG);
        let nonce = self.keys.nonce(seq);
        let whole = out.len();
        out[..HEADER].copy_from_slice(&header(kind, whole));
        out[HEADER..from].copy_from_slice(&nonce[nonce.len() - explicit..]);
        out[from..tag_at].copy_from_slice(plain);
        #[expect(clippy::cast_possible_truncation, reason = "at most 16 KiB")]
        let aad = Aad::from(additional(seq, kind.into(), plain.len() as u16));
        self.finish(Nonce::assume_unique_for_key(nonce), aad, out, from)
    }

    /// Encrypts `out[from..]` but for the room of the tag, and puts that behind.
    fn finish<A: AsRef<[u8]>>(
        &self,
        nonce: Nonce,
        aad: Aad<A>,
        out: &mut [u8],
        from: usize,
    ) -> Result<(), Error> {
        let (body, tag) = out.split_at_mut(out.len() - TAG);
        let sealed = self.keys.key.seal_in_place_separate_tag(nonce, aad, &mut body[from..]);
        tag.copy_from_slice(sealed.map_err(|_| Error::EncryptError)?.as_ref());
        Ok(())
    }
}

/// The header of a record of `whole` bytes with it.
fn header(kind: ContentType, whole: usize) -> [u8; HEADER] {
    #[expect(clippy::cast_possible_truncation, reason = "16 KiB and some bytes at most")]
    let [high, low] = ((whole - HEADER) as u16).to_be_bytes();
    [kind.into(), 3, 3, high, low]
}

//! One direction's key, and the nonce of each of its records.

use ring::aead::{self, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use rustls::{ConnectionTrafficSecrets, Error, ProtocolVersion};

/// How a record is laid out around its ciphertext.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// TLS 1.3: the content type behind the content, inside (RFC 8446, 5.2).
    Tls13,
    /// TLS 1.2 with AES-GCM: eight bytes of the nonce in front (RFC 5288, 3).
    Tls12Gcm,
    /// TLS 1.2 with ChaCha20-Poly1305 (RFC 7905, 2).
    Tls12ChaCha,
}

impl Layout {
    /// Bytes between the header and the ciphertext.
    pub const fn explicit_nonce(self) -> usize {
        match self {
            Self::Tls12Gcm => 8,
            Self::Tls13 | Self::Tls12ChaCha => 0,
        }
    }

    /// Bytes of content type inside the ciphertext.
    pub const fn inner_type(self) -> usize {
        match self {
            Self::Tls13 => 1,
            Self::Tls12Gcm | Self::Tls12ChaCha => 0,
        }
    }
}

/// The key of one direction.
pub(super) struct Keys {
    pub key: LessSafeKey,
    pub layout: Layout,
    iv: [u8; NONCE_LEN],
    seq: u64,
}

impl Keys {
    /// `seq` is the number of the next record.
    pub fn new(
        version: ProtocolVersion,
        (seq, secrets): (u64, ConnectionTrafficSecrets),
    ) -> Result<Self, Error> {
        use ConnectionTrafficSecrets as Secrets;
        let (algorithm, key, iv, gcm) = match &secrets {
            Secrets::Aes128Gcm { key, iv } => (&aead::AES_128_GCM, key, iv, true),
            Secrets::Aes256Gcm { key, iv } => (&aead::AES_256_GCM, key, iv, true),
            Secrets::Chacha20Poly1305 { key, iv } => (&aead::CHACHA20_POLY1305, key, iv, false),
            _ => return Err(Error::General("a cipher without a record layer".into())),
        };
        let layout = match (version, gcm) {
            (ProtocolVersion::TLSv1_3, _) => Layout::Tls13,
            (ProtocolVersion::TLSv1_2, true) => Layout::Tls12Gcm,
            (ProtocolVersion::TLSv1_2, false) => Layout::Tls12ChaCha,
            _ => return Err(Error::General("a TLS version without a record layer".into())),
        };
        let refused = |_| Error::General("the cipher refuses its key".into());
        let key = LessSafeKey::new(UnboundKey::new(algorithm, key.as_ref()).map_err(refused)?);
        let iv = iv.as_ref().try_into();
        let iv = iv.map_err(|_| Error::General("the nonce has a wrong length".into()))?;
        Ok(Self { key, layout, iv, seq })
    }

    /// The number of the next record, which is used up by it. A number that
    /// came twice would give the key away, so the last one is never reached.
    pub fn take_seq(&mut self) -> Result<u64, Error> {
        let seq = self.seq;
        self.seq = seq.checked_add(1).ok_or(Error::EncryptError)?;
        Ok(seq)
    }

    /// The nonce of record `seq` (RFC 8446, 5.3; RFC 7905, 2). With TLS 1.2
    /// and AES-GCM any nonce that differs each time will do for sealing, and
    /// this one does.
    pub fn nonce(&self, seq: u64) -> [u8; NONCE_LEN] {
        let mut nonce = self.iv;
        for (byte, seq) in nonce[NONCE_LEN - 8..].iter_mut().zip(seq.to_be_bytes()) {
            *byte ^= seq;
        }
        nonce
    }

    /// The nonce that a record of TLS 1.2 with AES-GCM says itself.
    pub fn said_nonce(&self, explicit: [u8; 8]) -> Nonce {
        let mut nonce = self.iv;
        nonce[NONCE_LEN - 8..].copy_from_slice(&explicit);
        Nonce::assume_unique_for_key(nonce)
    }
}

impl std::fmt::Debug for Keys {
    /// Without the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("layout", &self.layout).field("seq", &self.seq).finish()
    }
}

/// What is authenticated beside a record of TLS 1.2 (RFC 5246, 6.2.3.3).
pub(super) fn additional(seq: u64, kind: u8, plain: u16) -> [u8; 13] {
    let mut bytes = [0; 13];
    bytes[..8].copy_from_slice(&seq.to_be_bytes());
    bytes[8..11].copy_from_slice(&[kind, 3, 3]);
    bytes[11..].copy_from_slice(&plain.to_be_bytes());
    bytes
}

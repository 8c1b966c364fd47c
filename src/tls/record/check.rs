//! What must hold for the record layer on any bytes whatever: the one entry
//! point of the fuzz target `record` and of the test that replays its corpus.
//!
//! It panics where a promise is broken. Nothing else in the crate calls it.

use rustls::crypto::cipher::{AeadKey, Iv};
use rustls::{ConnectionTrafficSecrets, ContentType, ProtocolVersion};

use super::keys::{Keys, Layout};
use super::open::Opener;
use super::seal::Sealer;
use super::{HEADER, MOST_PLAIN, MOST_RECORD, post_handshake, record_len};

/// Three bytes choose a layout, a place and a bit; the rest is taken for what
/// came from a stranger, then for data that is sealed, spoilt and opened.
pub fn check_total(input: &[u8]) {
    let Some(([layout, place, bit], data)) = input.split_first_chunk() else { return };
    let layout = match layout % 3 {
        0 => Layout::Tls13,
        1 => Layout::Tls12Gcm,
        _ => Layout::Tls12ChaCha,
    };
    check_foreign(layout, data);
    check_messages(data);
    check_own(layout, &data[..data.len().min(MOST_PLAIN)], *place, 1 << (bit % 8));
}

/// Keys that everybody knows.
pub(super) fn known_keys(layout: Layout, seq: u64) -> Keys {
    use ConnectionTrafficSecrets::{Aes256Gcm, Chacha20Poly1305};
    let (key, iv) = (AeadKey::from([7; 32]), Iv::new([9; 12]));
    let (version, secrets) = match layout {
        Layout::Tls13 => (ProtocolVersion::TLSv1_3, Aes256Gcm { key, iv }),
        Layout::Tls12Gcm => (ProtocolVersion::TLSv1_2, Aes256Gcm { key, iv }),
        Layout::Tls12ChaCha => (ProtocolVersion::TLSv1_2, Chacha20Poly1305 { key, iv }),
    };
    Keys::new(version, (seq, secrets)).expect("a key of the right length")
}

fn check_foreign(layout: Layout, data: &[u8]) {
    if let Ok(Some(len)) = record_len(data) {
        assert!((HEADER..=MOST_RECORD).contains(&len));
    }
    let mut bytes = data.to_vec();
    let end = bytes.len();
    let opened = Opener(known_keys(layout, 0)).open(&mut bytes, 0, end);
    // Whoever knows the key can make a record that opens, but none that is longer.
    assert!(opened.is_err() || opened.is_ok_and(|(_, len)| len < end));
}

fn check_messages(mut data: &[u8]) {
    while let Ok(Some(message)) = post_handshake::first(data) {
        assert_eq!(message.body.len() + message.rest.len() + 4, data.len());
        let _ = post_handshake::wants_update(message.body);
        data = message.rest;
    }
}

fn check_own(layout: Layout, data: &[u8], place: u8, flip: u8) {
    let mut sealer = Sealer::new(known_keys(layout, 0), 10);
    let mut record = vec![0; data.len() + sealer.overhead()];
    let sealed = sealer.seal(ContentType::ApplicationData, data, &mut record);
    assert_eq!(sealed, Ok(record.len()));
    assert_eq!(record_len(&record), Ok(Some(record.len())));
    let mut spoilt = record.clone();
    // The version and the length are the caller's to look at, in TLS 1.2.
    spoilt[HEADER + usize::from(place) % (record.len() - HEADER)] ^= flip;
    let end = record.len();
    assert!(Opener(known_keys(layout, 0)).open(&mut spoilt, 0, end).is_err());
    let opened = Opener(known_keys(layout, 0)).open(&mut record, 0, end);
    assert_eq!(opened, Ok((ContentType::ApplicationData, data.len())));
    assert!(&record[..data.len()] == data);
}

//! What is sealed is opened, and nothing else.

use proptest::prelude::*;
use rstest::rstest;
use rustls::{ContentType, Error};

use super::super::check::known_keys as keys;
use super::super::keys::Layout;
use super::super::open::Opener;
use super::super::seal::Sealer;
use super::super::{HEADER, MOST_PLAIN, MOST_RECORD, post_handshake, record_len};

fn pair(layout: Layout) -> (Sealer, Opener) {
    (Sealer::new(keys(layout, 0), u64::MAX), Opener(keys(layout, 0)))
}

fn seal(sealer: &mut Sealer, content: &[u8]) -> Vec<u8> {
    let mut record = vec![0; content.len() + sealer.overhead()];
    let len = sealer.seal(ContentType::ApplicationData, content, &mut record).unwrap();
    assert_eq!(len, record.len());
    record
}

fn open(opener: &mut Opener, record: &[u8]) -> Result<(ContentType, Vec<u8>), Error> {
    let mut bytes = record.to_vec();
    let (kind, len) = opener.open(&mut bytes, 0, record.len())?;
    bytes.truncate(len);
    Ok((kind, bytes))
}

#[rstest]
fn what_is_sealed_is_opened(
    #[values(Layout::Tls13, Layout::Tls12Gcm, Layout::Tls12ChaCha)] layout: Layout,
) {
    let (mut sealer, mut opener) = pair(layout);
    for size in [0, 1, 1000, MOST_PLAIN - 1, MOST_PLAIN] {
        let content: Vec<u8> = (0..size).map(|at| at as u8).collect();
        let record = seal(&mut sealer, &content);
        assert_eq!(record_len(&record), Ok(Some(record.len())));
        assert_eq!(open(&mut opener, &record), Ok((ContentType::ApplicationData, content)));
    }
}

#[rstest]
fn a_record_too_long_or_for_too_little_room_is_not_sealed(
    #[values(Layout::Tls13, Layout::Tls12Gcm, Layout::Tls12ChaCha)] layout: Layout,
) {
    let (mut sealer, mut opener) = pair(layout);
    let mut out = vec![0; 2 * MOST_RECORD];
    let kind = ContentType::ApplicationData;
    assert!(sealer.seal(kind, &vec![0; MOST_PLAIN + 1], &mut out).is_err());
    assert!(sealer.seal(kind, &[0; 10], &mut out[..HEADER + 20]).is_err());
    // Neither used up a number.
    let record = seal(&mut sealer, b"next");
    assert_eq!(open(&mut opener, &record).unwrap().1, b"next");
}

#[rstest]
fn a_changed_byte_anywhere_is_found(
    #[values(Layout::Tls13, Layout::Tls12Gcm, Layout::Tls12ChaCha)] layout: Layout,
) {
    let record = seal(&mut pair(layout).0, b"some data");
    for at in 0..record.len() {
        // The version of TLS 1.2 is what it is, whatever a record says.
        if layout != Layout::Tls13 && (1..HEADER).contains(&at) {
            continue;
        }
        let mut changed = record.clone();
        changed[at] ^= 1;
        assert!(open(&mut pair(layout).1, &changed).is_err(), "{at}");
    }
    for len in 0..record.len() {
        assert!(open(&mut pair(layout).1, &record[..len]).is_err(), "cut to {len}");
    }
}

#[rstest]
fn a_record_opens_once_and_in_its_place(
    #[values(Layout::Tls13, Layout::Tls12Gcm, Layout::Tls12ChaCha)] layout: Layout,
) {
    let (mut sealer, mut opener) = pair(layout);
    let (first, second) = (seal(&mut sealer, b"first"), seal(&mut sealer, b"second"));
    open(&mut opener, &first).unwrap();
    assert_eq!(open(&mut opener, &first), Err(Error::DecryptError));
    assert_eq!(open(&mut pair(layout).1, &second), Err(Error::DecryptError));
}

#[test]
fn no_two_records_have_one_nonce() {
    for layout in [Layout::Tls13, Layout::Tls12Gcm, Layout::Tls12ChaCha] {
        let keys = keys(layout, 0);
        let mut seen: Vec<_> =
            [0, 1, 255, 256, 1 << 32, u64::MAX].iter().map(|seq| keys.nonce(*seq)).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 6);
    }
}

#[test]
fn the_last_number_is_never_used_and_none_comes_again() {
    let mut keys = keys(Layout::Tls13, u64::MAX - 1);
    assert_eq!(keys.take_seq(), Ok(u64::MAX - 1));
    assert_eq!(keys.take_seq(), Err(Error::EncryptError));
    assert_eq!(keys.take_seq(), Err(Error::EncryptError));
}

#[test]
fn a_key_seals_no_more_than_its_limit() {
    let mut sealer = Sealer::new(keys(Layout::Tls13, 0), 5);
    assert!(!sealer.is_worn());
    seal(&mut sealer, b"1");
    assert!(sealer.is_worn());
    for _ in 0..4 {
        seal(&mut sealer, b"more");
    }
    let mut out = [0; 100];
    assert_eq!(sealer.seal(ContentType::Alert, b"x", &mut out), Err(Error::EncryptError));
}

/// RFC 8446, 5.4: no more than 2^14 + 1 bytes with the padding.
#[test]
fn padding_does_not_make_a_record_longer_than_one_may_be() {
    let padded = |len: usize| {
        let mut record = vec![23, 3, 3, 0, 0];
        record[3..].copy_from_slice(&((len + 16) as u16).to_be_bytes());
        let mut inner = vec![0; len];
        inner[..5].copy_from_slice(&[1, 2, 3, 4, 23]);
        let aad = ring::aead::Aad::from(<[u8; 5]>::try_from(&record[..]).unwrap());
        let nonce = ring::aead::Nonce::assume_unique_for_key(keys(Layout::Tls13, 0).nonce(0));
        keys(Layout::Tls13, 0).key.seal_in_place_append_tag(nonce, aad, &mut inner).unwrap();
        record.extend(inner);
        record
    };
    let longest = open(&mut pair(Layout::Tls13).1, &padded(MOST_PLAIN + 1));
    assert_eq!(longest, Ok((ContentType::ApplicationData, vec![1, 2, 3, 4])));
    let longer = open(&mut pair(Layout::Tls13).1, &padded(MOST_PLAIN + 2));
    assert_eq!(longer, Err(Error::PeerSentOversizedRecord));
}

#[test]
fn a_header_is_judged_as_soon_as_it_can_be() {
    assert_eq!(record_len(&[]), Ok(None));
    assert_eq!(record_len(&[23, 3, 3, 0]), Ok(None));
    assert_eq!(record_len(&[23, 3, 3, 1, 2]), Ok(Some(HEADER + 258)));
    assert!(record_len(b"G").is_err());
    assert!(record_len(&[23, 4, 3, 0, 1]).is_err());
    assert_eq!(record_len(&[23, 3, 3, 0x41, 0x00]), Ok(Some(MOST_RECORD)));
    assert_eq!(record_len(&[23, 3, 3, 0x41, 0x01]), Err(Error::PeerSentOversizedRecord));
}

proptest! {
    #[test]
    fn no_bytes_are_taken_for_a_record_and_none_make_it_panic(
        which in 0..3_usize,
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        at in 0..220_usize,
        end in 0..220_usize,
    ) {
        let layout = [Layout::Tls13, Layout::Tls12Gcm, Layout::Tls12ChaCha][which];
        let (_, mut opener) = pair(layout);
        let mut bytes = bytes;
        prop_assert!(opener.open(&mut bytes, at, end).is_err());
        let _ = record_len(&bytes);
        let _ = post_handshake::first(&bytes);
    }

    #[test]
    fn handshake_messages_are_cut_out_as_they_were_put_in(
        kind in any::<u8>(),
        body in proptest::collection::vec(any::<u8>(), 0..300),
        rest in proptest::collection::vec(any::<u8>(), 0..20),
    ) {
        let head = [kind, 0, (body.len() >> 8) as u8, body.len() as u8];
        let bytes = [&head[..], &body, &rest].concat();
        let message = post_handshake::first(&bytes).unwrap().unwrap();
        prop_assert_eq!((u8::from(message.kind), message.body, message.rest), (kind, &body[..], &rest[..]));
        for len in 0..head.len() + body.len() {
            prop_assert_eq!(post_handshake::first(&bytes[..len]), Ok(None));
        }
    }
}

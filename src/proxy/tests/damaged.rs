//! What is refused, and with which sentence.

use proptest::prelude::*;
use rstest::rstest;

use super::{sample, tlv};
use crate::proxy::{
    Addresses, Command, HEAD_LEN, Header, MAX_PAYLOAD, ProxyError, announced_len, check,
    check_start, parse,
};

/// A head with this command byte, family and length.
fn head(command: u8, family: u8, len: u16) -> Vec<u8> {
    let [high, low] = len.to_be_bytes();
    [&b"\r\n\r\n\0\r\nQUIT\n"[..], &[command, family, high, low]].concat()
}

#[test]
fn a_header_cut_at_any_byte_says_how_much_is_missing() {
    let whole = sample().to_bytes(true).unwrap();
    for have in 0..whole.len() {
        let want = if have < HEAD_LEN { HEAD_LEN } else { whole.len() };
        assert_eq!(parse(&whole[..have]), Err(ProxyError::Cut { have, want }));
    }
    assert_eq!(parse(&whole), Ok(sample()));
}

#[test]
fn bytes_behind_a_header_are_not_looked_at() {
    let stream = [sample().to_bytes(true).unwrap(), b"hello".to_vec()].concat();
    assert_eq!(parse(&stream), Ok(sample()));
}

#[test]
fn any_damaged_byte_of_a_header_with_a_checksum_is_noticed() {
    let whole = sample().to_bytes(true).unwrap();
    // Two are beyond it: the command, as LOCAL says that nothing else counts,
    // and the type that says that there is a checksum.
    for place in (0..whole.len()).filter(|place| ![12, 28].contains(place)) {
        let mut damaged = whole.clone();
        damaged[place] ^= 1;
        assert!(parse(&damaged).is_err(), "byte {place}");
    }
}

#[test]
fn a_wrong_checksum_is_refused_with_both_numbers() {
    let mut bytes = head(0x21, 0, 7);
    bytes.extend_from_slice(&[3, 0, 4, 0xde, 0xad, 0xbe, 0xef]);
    let Err(ProxyError::Checksum { announced, computed }) = parse(&bytes) else { panic!() };
    assert_eq!(announced, 0xdead_beef);
    bytes.splice(19.., computed.to_be_bytes());
    assert!(parse(&bytes).is_ok());
}

#[rstest]
#[case::of_three_bytes(&[3, 0, 3, 1, 2, 3])]
#[case::twice(&[3, 0, 4, 0x9d, 0x3f, 0x16, 0x4b, 3, 0, 4, 0, 0, 0, 0])]
fn a_checksum_that_is_not_one_number_is_refused(#[case] list: &[u8]) {
    let mut bytes = head(0x21, 0, list.len() as u16);
    bytes.extend_from_slice(list);
    if list.len() > 7 {
        let Err(ProxyError::Checksum { computed, .. }) = parse(&bytes) else { panic!() };
        bytes.splice(19..23, computed.to_be_bytes());
    }
    assert_eq!(parse(&bytes), Err(ProxyError::BadChecksum));
}

#[test]
fn version_1_is_refused_with_a_sentence_that_asks_for_version_2() {
    for line in ["PROXY TCP4 192.0.2.1 192.0.2.2 4711 443\r\n", "PROXY UNKNOWN\r\n"] {
        let error = check_start(line.as_bytes()).unwrap_err();
        assert_eq!(error, ProxyError::Version1);
        assert!(error.to_string().contains("version 2 is expected"), "{error}");
        assert_eq!(parse(line.as_bytes()), Err(ProxyError::Version1));
    }
}

#[test]
fn a_client_that_speaks_something_else_is_refused_from_its_first_bytes() {
    assert!(matches!(check_start(b"GET"), Err(ProxyError::NoHeader { .. })));
    assert!(matches!(check_start(b"\x16\x03\x01"), Err(ProxyError::NoHeader { .. })));
    assert!(matches!(check_start(b"PROXx"), Err(ProxyError::NoHeader { .. })));
    for start in [&b""[..], b"\r", b"\r\n\r\n\0\r\nQUIT\n", b"PROXY"] {
        assert_eq!(check_start(start), Ok(()));
    }
    let error = check_start(b"GET / HTTP/1.1\r\n\r\n").unwrap_err();
    assert!(error.to_string().contains("GET / HTTP/1"), "{error}");
}

#[rstest]
#[case(0x11, ProxyError::Version(1))]
#[case(0x31, ProxyError::Version(3))]
#[case(0x22, ProxyError::Command(2))]
fn another_version_or_command_is_refused(#[case] byte: u8, #[case] error: ProxyError) {
    assert_eq!(parse(&head(byte, 0x11, 0)), Err(error.clone()));
    assert_eq!(announced_len(head(byte, 0x11, 0).first_chunk().unwrap()), Err(error));
}

#[test]
fn a_family_that_the_protocol_does_not_have_is_refused() {
    for family in (0..=255).filter(|byte| ![0, 0x11, 0x12, 0x21, 0x22, 0x31, 0x32].contains(byte)) {
        let bytes = [head(0x21, family, 300), vec![0; 300]].concat();
        assert_eq!(parse(&bytes), Err(ProxyError::Family(family)));
    }
}

#[test]
fn a_header_longer_than_the_limit_is_refused_before_it_is_read() {
    let longest = MAX_PAYLOAD as u16;
    assert_eq!(announced_len(head(0x21, 0, longest).first_chunk().unwrap()), Ok(MAX_PAYLOAD));
    let error = ProxyError::TooLong { len: MAX_PAYLOAD + 1, max: MAX_PAYLOAD };
    assert_eq!(announced_len(head(0x21, 0, longest + 1).first_chunk().unwrap()), Err(error));
}

#[rstest]
#[case(0x11, 12)]
#[case(0x22, 36)]
#[case(0x31, 216)]
fn a_header_too_short_for_its_addresses_is_refused(#[case] family: u8, #[case] want: usize) {
    for have in [0, want - 1] {
        let bytes = [head(0x21, family, have as u16), vec![0; have]].concat();
        assert_eq!(parse(&bytes), Err(ProxyError::Addresses { have, want }));
    }
}

#[test]
fn a_tlv_that_overruns_the_header_is_refused_with_its_place() {
    for list in [&[2, 0, 1, b'x', 5, 0, 2, b'y'][..], &[2, 0, 1, b'x', 5, 0], &[4, 0, 1, 0, 9]] {
        let bytes = [&head(0x21, 0, list.len() as u16), list].concat();
        assert_eq!(parse(&bytes), Err(ProxyError::Tlv { at: 4 }));
    }
}

#[test]
fn local_means_the_proxy_itself_whatever_else_the_header_holds() {
    let bytes = [head(0x20, 0x99, 5), vec![0xff; 5]].concat();
    let header = Header { command: Command::Local, addresses: Addresses::Unspec, tlvs: vec![] };
    assert_eq!(parse(&bytes), Ok(header));
}

#[test]
fn more_than_sixteen_bits_of_tlvs_are_not_written() {
    let mut header = sample();
    header.tlvs = vec![tlv(0xe0, &[0; 40_000]), tlv(0xe1, &[0; 40_000])];
    assert!(matches!(header.to_bytes(true), Err(ProxyError::TooLong { max: 65_535, .. })));
    header.tlvs = vec![tlv(0xe0, &[0; 65_536])];
    assert!(header.to_bytes(false).is_err());
}

proptest! {
    #[test]
    fn any_bytes_keep_the_headers_promises(data in proptest::collection::vec(any::<u8>(), 0..400)) {
        check::check_total(&data);
    }

    #[test]
    fn any_payload_behind_a_good_head_keeps_the_headers_promises(
        command in 0x20..=0x21u8,
        family in prop::sample::select(vec![0, 0x11, 0x12, 0x21, 0x22, 0x31, 0x32]),
        payload in proptest::collection::vec(prop_oneof![3 => 0..6u8, 1 => any::<u8>()], 0..400),
    ) {
        check::check_total(&[head(command, family, payload.len() as u16), payload].concat());
    }
}

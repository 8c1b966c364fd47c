//! The codec against the `ppp` crate, an implementation that is not ours.

use std::net::SocketAddr;

use ppp::v2::{self, Builder, Protocol, Version};
use proptest::prelude::*;

use crate::proxy::{Addresses, Command, Header, Tlv, parse};

fn header() -> impl Strategy<Value = Header> {
    let tlvs =
        proptest::collection::vec((kind(), proptest::collection::vec(any::<u8>(), 0..300)), 0..6);
    (addresses(), tlvs).prop_map(|(addresses, tlvs)| Header {
        command: Command::Proxy,
        addresses,
        tlvs: tlvs.into_iter().map(|(kind, value)| Tlv { kind, value }).collect(),
    })
}

/// All but checksum and padding.
fn kind() -> impl Strategy<Value = u8> {
    prop_oneof![1..=2u8, 5..=255u8]
}

fn addresses() -> impl Strategy<Value = Addresses> {
    let path = || proptest::collection::vec(any::<u8>(), 108);
    prop_oneof![
        Just(Addresses::Unspec),
        (any::<([u8; 4], u16)>(), any::<([u8; 4], u16)>())
            .prop_map(|(src, dst)| Addresses::Inet { src: src.into(), dst: dst.into() }),
        (any::<([u8; 16], u16)>(), any::<([u8; 16], u16)>())
            .prop_map(|(src, dst)| Addresses::Inet { src: src.into(), dst: dst.into() }),
        (path(), path()).prop_map(|(src, dst)| Addresses::Unix {
            src: Box::new(src.try_into().unwrap()),
            dst: Box::new(dst.try_into().unwrap()),
        }),
    ]
}

fn their_addresses(addresses: &Addresses) -> v2::Addresses {
    match addresses {
        Addresses::Unspec => v2::Addresses::Unspecified,
        Addresses::Inet { src, dst } => (*src, *dst).into(),
        Addresses::Unix { src, dst } => v2::Unix::new(**src, **dst).into(),
    }
}

fn their_bytes(header: &Header) -> Vec<u8> {
    let protocol = match header.addresses {
        Addresses::Unspec => Protocol::Unspecified,
        _ => Protocol::Stream,
    };
    let proxy = Version::Two | v2::Command::Proxy;
    let mut builder = Builder::with_addresses(proxy, protocol, their_addresses(&header.addresses));
    for tlv in &header.tlvs {
        builder = builder.write_tlv(tlv.kind, &tlv.value).unwrap();
    }
    builder.build().unwrap()
}

/// Where ppp and we see the same thing: it takes all that follows AF_UNSPEC for
/// an address, while HAProxy puts its TLVs there.
fn check_their_reading(bytes: &[u8], header: &Header) {
    let theirs = v2::Header::try_from(bytes).unwrap();
    assert_eq!(theirs.addresses, their_addresses(&header.addresses));
    if header.addresses != Addresses::Unspec {
        let tlvs = theirs.tlvs().map(|tlv| tlv.unwrap());
        let tlvs: Vec<_> = tlvs
            .filter(|tlv| ![3, 4].contains(&tlv.kind))
            .map(|tlv| Tlv { kind: tlv.kind, value: tlv.value.to_vec() })
            .collect();
        assert_eq!(tlvs, header.tlvs);
    }
}

proptest! {
    #[test]
    fn a_header_is_written_as_ppp_writes_it(header in header()) {
        prop_assert_eq!(header.to_bytes(false).unwrap(), their_bytes(&header));
    }

    #[test]
    fn what_ppp_writes_is_read_as_what_it_was(header in header()) {
        prop_assert_eq!(parse(&their_bytes(&header)), Ok(header));
    }

    #[test]
    fn what_we_write_is_read_by_ppp_and_by_us(header in header(), checksum: bool) {
        let bytes = header.to_bytes(checksum).unwrap();
        check_their_reading(&bytes, &header);
        prop_assert_eq!(parse(&bytes), Ok(header));
    }

    #[test]
    fn noise_that_we_take_ppp_takes_as_the_same(
        family in prop::sample::select(vec![0x11u8, 0x12, 0x21, 0x22, 0x31, 0x32]),
        payload in proptest::collection::vec(prop_oneof![3 => 0..3u8, 1 => any::<u8>()], 0..300),
    ) {
        let len = (payload.len() as u16).to_be_bytes();
        let head = [&b"\r\n\r\n\0\r\nQUIT\n\x21"[..], &[family], &len].concat();
        let bytes = [head, payload].concat();
        if let Ok(header) = parse(&bytes) {
            check_their_reading(&bytes, &header);
        }
    }
}

#[test]
fn addresses_of_two_families_meet_in_the_one_that_holds_both() {
    let pair = |src: &str, dst: &str| {
        let at = |text: &str| text.parse::<SocketAddr>().unwrap();
        let Addresses::Inet { src, dst } = Addresses::inet(at(src), at(dst)) else { panic!() };
        (src.to_string(), dst.to_string())
    };
    let is = |src: &str, dst: &str| (src.to_owned(), dst.to_owned());
    assert_eq!(
        pair("[::ffff:192.0.2.1]:1", "[::ffff:192.0.2.2]:2"),
        is("192.0.2.1:1", "192.0.2.2:2")
    );
    assert_eq!(pair("[::ffff:192.0.2.1]:1", "192.0.2.2:2"), is("192.0.2.1:1", "192.0.2.2:2"));
    assert_eq!(
        pair("192.0.2.1:1", "[2001:db8::2]:2"),
        is("[::ffff:192.0.2.1]:1", "[2001:db8::2]:2")
    );
    assert_eq!(pair("[2001:db8::1]:1", "[::1]:2"), is("[2001:db8::1]:1", "[::1]:2"));
}

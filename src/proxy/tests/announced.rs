//! From a peer to a header and back, alone and through chains of gateways.

use super::{at, network, sample, tlv, unix_process, with_certificate};
use crate::access::{Origin, Peer, Proxied};
use crate::config::ProxyDetail::{self, Addresses as AddressesOnly, Full};
use crate::proxy::{Addresses, Command, Header, MAX_SENT, from_peer, into_proxied, kind, parse};

fn sent(peer: &Peer, detail: ProxyDetail) -> Header {
    parse(&from_peer(peer, detail, "01J9Z")).unwrap()
}

/// What the next gateway knows.
fn heard(peer: &Peer, detail: ProxyDetail) -> Proxied {
    into_proxied(&sent(peer, detail), detail).unwrap()
}

/// The peer that the next gateway sees.
fn next(peer: &Peer, detail: ProxyDetail) -> Peer {
    let mut next = network("203.0.113.1:9", "203.0.113.2:9");
    next.proxied = Some(Box::new(heard(peer, detail)));
    next
}

fn value(header: &Header, kind: u8) -> Option<&[u8]> {
    header.tlvs.iter().find(|tlv| tlv.kind == kind).map(|tlv| &tlv.value[..])
}

fn local() -> Peer {
    Peer::new(Origin::Local(unix_process()))
}

#[test]
fn v2_says_addresses_and_nothing_else() {
    let peer = with_certificate(network("192.0.2.1:4711", "192.0.2.2:443"), 1000);
    let bytes = from_peer(&peer, AddressesOnly, "id");
    assert_eq!(bytes[12..], [0x21, 0x11, 0, 12, 192, 0, 2, 1, 192, 0, 2, 2, 0x12, 0x67, 1, 0xbb]);
    assert_eq!(from_peer(&local(), AddressesOnly, "id")[12..], [0x21, 0, 0, 0]);
}

#[test]
fn v2_full_tells_of_the_certificate_and_the_session() {
    let header = sent(&with_certificate(network("192.0.2.1:1", "192.0.2.2:2"), 1000), Full);
    assert_eq!(value(&header, kind::UNIQUE_ID), Some(&b"01J9Z"[..]));
    assert_eq!(value(&header, kind::AUTHORITY), Some(&b"win01.example.com"[..]));
    assert_eq!(value(&header, kind::ALPN), Some(&b"pipe/1"[..]));
    let ssl = value(&header, kind::SSL).unwrap();
    assert_eq!(ssl[..5], [7, 0, 0, 0, 0]);
    let subs = [
        &b"\x21\0\x07TLSv1.3\x23\0\x18TLS13_AES_256_GCM_SHA384\x22\0\x06till-7\x28\x03\xe8"[..],
        &[0x30; 1000],
    ];
    assert_eq!(ssl[5..], subs.concat());
}

#[test]
fn v2_full_carries_a_checksum_as_its_first_tlv() {
    for peer in [local(), network("192.0.2.1:1", "192.0.2.2:2")] {
        let bytes = from_peer(&peer, Full, "id");
        let list = bytes.len() - sent_len(&bytes);
        let addresses = if bytes[13] == 0 { 0 } else { 12 };
        assert_eq!(bytes[list + addresses..][..3], [3, 0, 4]);
    }
}

fn sent_len(bytes: &[u8]) -> usize {
    usize::from(u16::from_be_bytes([bytes[14], bytes[15]]))
}

#[test]
fn a_client_without_a_certificate_is_not_said_to_be_verified() {
    let mut peer = with_certificate(network("192.0.2.1:1", "192.0.2.2:2"), 10);
    peer.certificate = None;
    let header = sent(&peer, Full);
    assert_eq!(value(&header, kind::SSL).unwrap()[..5], [1, 0, 0, 0, 1]);
    assert_eq!(into_proxied(&header, Full).unwrap().cn, None);
}

#[test]
fn the_next_gateway_learns_name_id_and_address() {
    let peer = with_certificate(network("[2001:db8::1]:4711", "[2001:db8::2]:443"), 1000);
    let proxied = heard(&peer, Full);
    assert_eq!(proxied.client, Some(at("[2001:db8::1]:4711")));
    assert_eq!(proxied.dialled, Some(at("[2001:db8::2]:443")));
    assert_eq!(proxied.cn.as_deref(), Some("till-7"));
    assert_eq!(proxied.id.as_deref(), Some("01J9Z"));
    assert_eq!(proxied.process, None);
}

#[test]
fn the_next_gateway_learns_the_process_of_a_pipes_client() {
    let proxied = heard(&local(), Full);
    assert_eq!(proxied.process, Some(unix_process()));
    assert_eq!(proxied.client, None);
    assert_eq!(heard(&local(), AddressesOnly), Proxied::default());
}

#[test]
fn a_chain_of_gateways_keeps_the_first_client() {
    for first in [local(), with_certificate(network("192.0.2.1:1", "192.0.2.2:2"), 800)] {
        let once = heard(&first, Full);
        let twice = heard(&next(&first, Full), Full);
        let thrice = heard(&next(&next(&first, Full), Full), Full);
        assert_eq!((&once, &once), (&twice, &thrice));
    }
}

#[test]
fn a_chain_of_addresses_keeps_the_first_client() {
    let client = network("192.0.2.1:1", "192.0.2.2:2");
    let far = heard(&next(&client, AddressesOnly), AddressesOnly);
    assert_eq!(far.client, Some(at("192.0.2.1:1")));
    assert_eq!(sent(&next(&local(), AddressesOnly), AddressesOnly).addresses, Addresses::Unspec);
}

#[test]
fn tls_that_the_header_did_not_tell_of_is_told_by_the_gateway_that_sees_it() {
    let behind = next(&local(), Full);
    let header = sent(&with_certificate(behind, 100), Full);
    let proxied = into_proxied(&header, Full).unwrap();
    assert_eq!((proxied.process, proxied.cn.as_deref()), (Some(unix_process()), Some("till-7")));

    let mut told = with_certificate(next(&with_certificate(local(), 100), Full), 100);
    told.certificate.as_mut().unwrap().cn = vec!["gateway".into()];
    assert_eq!(heard(&told, Full).cn.as_deref(), Some("till-7"));
}

#[test]
fn unknown_tlvs_are_passed_on_and_padding_is_not() {
    let mut header = sample();
    header.tlvs.extend([tlv(kind::NOOP, &[0; 9]), tlv(0xea, b"vpce-1")]);
    let header = parse(&header.to_bytes(true).unwrap()).unwrap();
    let mut peer = network("203.0.113.1:9", "203.0.113.2:9");
    peer.proxied = into_proxied(&header, Full).map(Box::new);
    let on = sent(&peer, Full);
    assert_eq!(value(&on, 0xea), Some(&b"vpce-1"[..]));
    assert_eq!(value(&on, kind::NOOP), None);
}

#[test]
fn the_first_id_goes_on_whatever_else_has_no_room() {
    let mut header = sample();
    header.tlvs = vec![tlv(0xea, &[0; 4000]), tlv(kind::UNIQUE_ID, b"the first")];
    let mut peer = network("203.0.113.1:9", "203.0.113.2:9");
    peer.proxied = into_proxied(&header, Full).map(Box::new);
    assert_eq!(heard(&peer, Full).id.as_deref(), Some("the first"));
}

#[test]
fn an_id_that_nobody_could_log_is_replaced() {
    for bad in [&[][..], &[b'x'; 129]] {
        let mut header = sample();
        header.tlvs = vec![tlv(kind::UNIQUE_ID, bad)];
        let mut peer = network("203.0.113.1:9", "203.0.113.2:9");
        peer.proxied = into_proxied(&header, Full).map(Box::new);
        assert_eq!(peer.first_id(), None);
        assert_eq!(heard(&peer, Full).id.as_deref(), Some("01J9Z"), "our own");
    }
}

#[test]
fn a_certificate_that_makes_the_header_too_long_is_left_out_and_its_name_is_not() {
    for der in [3900, 4000, 60_000, 70_000] {
        let peer = with_certificate(network("192.0.2.1:1", "192.0.2.2:2"), der);
        assert!(from_peer(&peer, Full, "id").len() <= MAX_SENT);
        assert_eq!(heard(&peer, Full).cn.as_deref(), Some("till-7"), "{der}");
    }
}

#[test]
fn a_heard_certificate_too_long_to_pass_on_is_left_out_too() {
    let mut header = sample();
    let long = crate::proxy::ssl::value(
        with_certificate(local(), 8000).tls.as_deref(),
        with_certificate(local(), 0).certificate.as_deref(),
    );
    header.tlvs = vec![tlv(kind::SSL, &long)];
    let mut peer = network("203.0.113.1:9", "203.0.113.2:9");
    peer.proxied = into_proxied(&header, Full).map(Box::new);
    assert_eq!(heard(&peer, Full).cn.as_deref(), Some("till-7"));
}

#[test]
fn local_speaks_for_nobody() {
    let header = Header { command: Command::Local, addresses: Addresses::Unspec, tlvs: vec![] };
    assert_eq!(into_proxied(&header, Full), None);
}

#[test]
fn tlvs_are_not_believed_where_only_addresses_are() {
    let mut header = sample();
    header.tlvs.push(tlv(kind::UNIQUE_ID, b"x"));
    let proxied = into_proxied(&header, AddressesOnly).unwrap();
    assert_eq!((proxied.id, proxied.tlvs.len()), (None, 0));
    assert_eq!(proxied.client, Some(at("192.0.2.1:4711")));
}

#[test]
fn a_name_that_was_not_verified_is_not_taken() {
    let name = b"\x22\0\x05admin";
    for (head, cn) in [
        ([7, 0, 0, 0, 0], Some("admin")),
        ([2, 0, 0, 0, 0], Some("admin")),
        ([1, 0, 0, 0, 0], None),
        ([7, 0, 0, 0, 1], None),
        ([7, 1, 0, 0, 0], None),
    ] {
        let mut header = sample();
        header.tlvs = vec![tlv(kind::SSL, &[&head[..], name].concat())];
        assert_eq!(into_proxied(&header, Full).unwrap().cn.as_deref(), cn);
    }
}

#[test]
fn what_would_forge_a_log_line_counts_as_not_said() {
    let mut header = sample();
    header.tlvs =
        vec![tlv(kind::SSL, b"\x07\0\0\0\0\x22\0\x03a\nb"), tlv(kind::UNIQUE_ID, b"a\nb")];
    let proxied = into_proxied(&header, Full).unwrap();
    assert_eq!(proxied.cn, None);
    assert_eq!(proxied.id.as_deref(), Some("610a62"), "an id is opaque, so it is shown in hex");
    header.tlvs = vec![tlv(kind::UNIQUE_ID, "Ä".as_bytes())];
    assert_eq!(into_proxied(&header, Full).unwrap().id.as_deref(), Some("c384"));
    header.tlvs = vec![tlv(kind::UNIQUE_ID, &[b'x'; 129])];
    assert_eq!(into_proxied(&header, Full).unwrap().id, None);
}

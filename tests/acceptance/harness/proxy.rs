//! PROXY protocol v2, written from its specification (haproxy.org, 2.2).

use std::net::SocketAddr;

use super::Duplex;

const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

pub struct Header {
    /// 0 LOCAL, 1 PROXY.
    pub command: u8,
    pub client: Option<SocketAddr>,
    pub dialled: Option<SocketAddr>,
    tlvs: Vec<(u8, Vec<u8>)>,
}

impl Header {
    /// Reads a header, and no byte behind it.
    pub fn read(from: &mut Duplex) -> Self {
        let head = from.exactly(16);
        assert_eq!(&head[..12], SIGNATURE);
        assert_eq!(head[12] >> 4, 2, "version 2");
        let rest = from.exactly(usize::from(u16::from_be_bytes([head[14], head[15]])));
        let (length, client, dialled) = addresses(head[13], &rest);
        Self { command: head[12] & 15, client, dialled, tlvs: tlvs(&rest[length..]) }
    }

    pub fn tlv(&self, kind: u8) -> Option<&[u8]> {
        self.tlvs.iter().find(|(found, _)| *found == kind).map(|(_, value)| value.as_slice())
    }

    /// A TLV inside PP2_TYPE_SSL.
    pub fn ssl(&self, kind: u8) -> Option<Vec<u8>> {
        let inner = tlvs(&self.tlv(0x20)?[5..]);
        inner.into_iter().find(|(found, _)| *found == kind).map(|(_, value)| value)
    }
}

fn addresses(family: u8, rest: &[u8]) -> (usize, Option<SocketAddr>, Option<SocketAddr>) {
    let port = |at: usize| u16::from_be_bytes([rest[at], rest[at + 1]]);
    match family {
        0x11 => {
            let ip = |at: usize| <[u8; 4]>::try_from(&rest[at..at + 4]).unwrap();
            (12, Some((ip(0), port(8)).into()), Some((ip(4), port(10)).into()))
        }
        0x21 => {
            let ip = |at: usize| <[u8; 16]>::try_from(&rest[at..at + 16]).unwrap();
            (36, Some((ip(0), port(32)).into()), Some((ip(16), port(34)).into()))
        }
        0x31 => (216, None, None),
        0x00 => (0, None, None),
        other => panic!("family {other:#x}"),
    }
}

fn tlvs(mut list: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut found = Vec::new();
    while let [kind, high, low, rest @ ..] = list {
        let (value, rest) = rest.split_at(usize::from(u16::from_be_bytes([*high, *low])));
        found.push((*kind, value.to_vec()));
        list = rest;
    }
    assert!(list.is_empty(), "a TLV was cut");
    found
}

/// A header that speaks for an IPv4 client, with more TLVs behind it.
pub fn speaking_for(client: &str, dialled: &str, more: &[u8]) -> Vec<u8> {
    let (SocketAddr::V4(client), SocketAddr::V4(dialled)) =
        (client.parse().unwrap(), dialled.parse().unwrap())
    else {
        panic!("IPv4 only")
    };
    let mut header = [SIGNATURE, &[0x21, 0x11]].concat();
    header.extend((12 + more.len() as u16).to_be_bytes());
    header.extend(client.ip().octets());
    header.extend(dialled.ip().octets());
    header.extend(client.port().to_be_bytes());
    header.extend(dialled.port().to_be_bytes());
    header.extend_from_slice(more);
    header
}

/// What a health check of a proxy itself sends: LOCAL, no addresses.
pub fn local() -> Vec<u8> {
    [SIGNATURE, &[0x20, 0x00, 0, 0]].concat()
}

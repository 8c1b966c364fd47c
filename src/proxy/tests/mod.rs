//! The header against another implementation, against damage, and through
//! chains of gateways.
#![allow(clippy::unwrap_used)]

mod announced;
mod checksum;
mod damaged;
mod oracle;
mod process;

use std::net::SocketAddr;

use super::{Addresses, Command, Header, Tlv};
use crate::access::{Account, CertificateNames, Origin, Peer, Process, TlsSession};

pub(super) fn at(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

/// A header with addresses, two TLVs, and whatever else a test puts in.
pub(super) fn sample() -> Header {
    Header {
        command: Command::Proxy,
        addresses: Addresses::inet(at("192.0.2.1:4711"), at("192.0.2.2:443")),
        tlvs: vec![tlv(0x02, b"orders.example.com"), tlv(0xe0, &[])],
    }
}

pub(super) fn tlv(kind: u8, value: &[u8]) -> Tlv {
    Tlv { kind, value: value.to_vec() }
}

pub(super) fn network(peer: &str, local: &str) -> Peer {
    Peer::new(Origin::Network { peer: at(peer), local: at(local) })
}

pub(super) fn unix_process() -> Process {
    Process {
        pid: Some(4711),
        account: Account::Unix { uid: 1000, gid: 100, groups: Box::default() },
    }
}

/// A client with a verified certificate.
pub(super) fn with_certificate(mut peer: Peer, der: usize) -> Peer {
    peer.tls = Some(Box::new(TlsSession {
        version: "TLSv1.3",
        cipher: "TLS13_AES_256_GCM_SHA384".into(),
        sni: Some("win01.example.com".into()),
        alpn: Some(b"pipe/1".to_vec()),
        certificate: Some(vec![0x30; der].into()),
    }));
    peer.certificate =
        Some(Box::new(CertificateNames { cn: vec!["till-7".into()], ..Default::default() }));
    peer
}

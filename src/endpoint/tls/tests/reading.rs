//! Readers and records of all sizes, and what counts as an end.

use std::io::{ErrorKind, Write};
use std::net::Shutdown;

use rstest::rstest;
use tokio::io::AsyncReadExt;

use super::peer::{Peer, Version, meet};
use crate::tls::record::MOST_RECORD;

/// Bytes whose order shows.
fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at % 251) as u8).collect()
}

fn established(peer: &mut Peer) {
    let last = peer.shake(|tcp, flight| tcp.write_all(flight).unwrap()).unwrap();
    peer.send(&last);
}

/// Records of all sizes, in one stream.
fn records(peer: &mut Peer) -> Vec<u8> {
    let data = pattern(60_000);
    let mut wire = Vec::new();
    let mut rest = &data[..];
    for len in [1, 16_384, 100, 0, 16_384, 1, 5_000, 16_384] {
        wire.extend(peer.seal(&rest[..len]));
        rest = &rest[len..];
    }
    wire.extend(peer.seal(rest));
    wire
}

#[rstest]
#[tokio::test]
async fn a_reader_of_any_size_gets_every_byte_in_order(
    #[values(Version::Old, Version::New)] version: Version,
    #[values(1, 100, MOST_RECORD - 1, MOST_RECORD, 20_000, 300_000)] size: usize,
) {
    let (conn, acting) = meet(version, false, |mut peer| {
        established(&mut peer);
        let wire = records(&mut peer);
        peer.send(&wire);
        peer
    })
    .await;
    let mut conn = conn.unwrap();
    let (mut data, mut buffer) = (Vec::new(), vec![0; size]);
    while data.len() < 60_000 {
        let got = conn.read(&mut buffer).await.unwrap();
        assert!(got > 0);
        data.extend_from_slice(&buffer[..got]);
    }
    assert!(data == pattern(60_000));
    drop(acting.await.unwrap());
}

#[rstest]
#[tokio::test]
async fn records_that_trickle_in_are_put_together(
    #[values(Version::Old, Version::New)] version: Version,
    #[values(10, 20_000)] size: usize,
) {
    let (conn, acting) = meet(version, false, |mut peer| {
        established(&mut peer);
        let wire = [peer.seal(&pattern(700)), peer.seal(b"x"), peer.seal(&pattern(90))].concat();
        for byte in wire {
            peer.send(&[byte]);
        }
        peer
    })
    .await;
    let mut conn = conn.unwrap();
    let (mut data, mut buffer) = (Vec::new(), vec![0; size]);
    while data.len() < 791 {
        let got = conn.read(&mut buffer).await.unwrap();
        data.extend_from_slice(&buffer[..got]);
    }
    assert!(data == [&pattern(700)[..], b"x", &pattern(90)].concat());
    drop(acting.await.unwrap());
}

/// How a stream ends: after the handshake and some data.
#[derive(Debug, Clone, Copy)]
enum Ending {
    CloseNotify,
    Fin,
    FinInsideARecord,
    FinInsideAHeader,
}

#[rstest]
#[case(Ending::CloseNotify, false, None)]
#[case(Ending::CloseNotify, true, None)]
#[case(Ending::Fin, false, Some(ErrorKind::UnexpectedEof))]
#[case(Ending::Fin, true, None)]
#[case(Ending::FinInsideARecord, false, Some(ErrorKind::UnexpectedEof))]
#[case(Ending::FinInsideARecord, true, Some(ErrorKind::UnexpectedEof))]
#[case(Ending::FinInsideAHeader, true, Some(ErrorKind::UnexpectedEof))]
#[tokio::test]
async fn an_end_is_clean_by_close_notify_or_where_allowed_by_a_fin_between_records(
    #[case] ending: Ending,
    #[case] fin_is_end: bool,
    #[case] error: Option<ErrorKind>,
    #[values(Version::Old, Version::New)] version: Version,
) {
    let (conn, acting) = meet(version, fin_is_end, move |mut peer| {
        established(&mut peer);
        let mut wire = peer.seal(b"data");
        match ending {
            Ending::CloseNotify => peer.tls.send_close_notify(),
            Ending::Fin => {}
            Ending::FinInsideARecord => wire.extend(&peer.seal(b"more")[..20]),
            Ending::FinInsideAHeader => wire.extend(&peer.seal(b"more")[..3]),
        }
        wire.extend(peer.drain());
        // What stands behind an end is not looked at.
        if matches!(ending, Ending::CloseNotify) {
            wire.extend([99; 50]);
        }
        peer.send(&wire);
        peer.tcp.shutdown(Shutdown::Write).unwrap();
        peer
    })
    .await;
    let mut conn = conn.unwrap();
    let mut data = [0; 4];
    conn.read_exact(&mut data).await.unwrap();
    assert_eq!(&data, b"data");
    for _ in 0..2 {
        let end = conn.read(&mut data).await;
        match error {
            None => assert_eq!(end.unwrap(), 0),
            Some(kind) => assert_eq!(end.unwrap_err().kind(), kind),
        }
    }
    drop(acting.await.unwrap());
}

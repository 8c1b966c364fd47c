//! Both directions at once, with new keys in between.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use rstest::rstest;
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::super::{TlsConn, accept};
use super::peer::{Version, configs, name, sockets};

async fn pair(version: Version) -> (TlsConn, TlsStream<tokio::net::TcpStream>) {
    let (server, client) = configs(version);
    let (far, near) = sockets().await;
    near.set_nonblocking(true).unwrap();
    let near = tokio::net::TcpStream::from_std(near).unwrap();
    let connect = TlsConnector::from(client).connect(name(), near);
    let (ours, peer) = tokio::join!(accept(far, server, false), connect);
    (ours.unwrap().conn, peer.unwrap())
}

/// The peer reads nothing while it writes, so that our answers to its key
/// updates find the socket full.
#[rstest]
#[tokio::test]
async fn bulk_goes_both_ways_at_once_while_a_peer_renews_its_keys(
    #[values(Version::Old, Version::New)] version: Version,
) {
    const ROUNDS: usize = 20;
    const SIZE: usize = 1_500_000;
    let (ours, mut peer) = pair(version).await;
    let (mut reading, mut writing) = tokio::io::split(ours);
    let read = async {
        let mut data = vec![0; SIZE];
        for round in 0..ROUNDS {
            reading.read_exact(&mut data).await.unwrap();
            assert!(data.iter().all(|byte| *byte == round as u8), "{round}");
        }
        assert_eq!(reading.read(&mut data).await.unwrap(), 0);
    };
    let write = async {
        for round in 0..ROUNDS {
            writing.write_all(&vec![round as u8; SIZE]).await.unwrap();
        }
        writing.shutdown().await.unwrap();
    };
    let other = async {
        let mut data = vec![0; SIZE];
        for round in 0..ROUNDS {
            for part in vec![round as u8; SIZE].chunks(SIZE / 5) {
                if version == Version::New {
                    peer.get_mut().1.refresh_traffic_keys().unwrap();
                }
                peer.write_all(part).await.unwrap();
            }
            peer.flush().await.unwrap();
            peer.read_exact(&mut data).await.unwrap();
            assert!(data.iter().all(|byte| *byte == round as u8), "{round}");
        }
        assert_eq!(peer.read(&mut data).await.unwrap(), 0);
        peer.shutdown().await.unwrap();
    };
    tokio::join!(read, write, other);
}

#[tokio::test]
async fn a_peer_that_does_not_read_makes_writing_wait_and_loses_nothing() {
    let (mut ours, mut peer) = pair(Version::New).await;
    let chunk = vec![7; 100_000];
    let mut taken = 0;
    while let Poll::Ready(wrote) =
        poll_fn(|cx| Poll::Ready(Pin::new(&mut ours).poll_write(cx, &chunk))).await
    {
        taken += wrote.unwrap();
        // So that the socket's readiness is looked at anew.
        tokio::task::yield_now().await;
    }
    assert!(ours.holds_writes());
    peer.get_mut().1.refresh_traffic_keys().unwrap();
    peer.write_all(b"x").await.unwrap();
    peer.flush().await.unwrap();
    assert_eq!(ours.read_u8().await.unwrap(), b'x');
    let end = async {
        ours.shutdown().await.unwrap();
        assert!(!ours.holds_writes());
    };
    let mut got = Vec::new();
    let (_, read) = tokio::join!(end, peer.read_to_end(&mut got));
    read.unwrap();
    assert_eq!(got.len(), taken);
    assert!(got.iter().all(|byte| *byte == 7));
}

#[tokio::test]
async fn writing_nothing_is_no_failure_and_writing_behind_the_end_is() {
    let (mut ours, mut peer) = pair(Version::New).await;
    assert_eq!(ours.write(b"").await.unwrap(), 0);
    assert!(!ours.holds_writes());
    ours.write_all(b"data").await.unwrap();
    ours.shutdown().await.unwrap();
    // Ending twice is ending.
    ours.shutdown().await.unwrap();
    assert_eq!(ours.write(b"more").await.unwrap_err().kind(), std::io::ErrorKind::BrokenPipe);
    let mut got = Vec::new();
    peer.read_to_end(&mut got).await.unwrap();
    assert_eq!(got, b"data");
    // The other direction goes on, and an update is not answered any more.
    peer.get_mut().1.refresh_traffic_keys().unwrap();
    peer.write_all(b"still here").await.unwrap();
    peer.shutdown().await.unwrap();
    got.clear();
    ours.read_to_end(&mut got).await.unwrap();
    assert_eq!(got, b"still here");
    assert!(!ours.holds_writes());
}

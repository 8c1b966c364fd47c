//! Handshakes whose bytes come as they like, and what stands behind them.

use std::io::Write;
use std::net::TcpStream as StdStream;

use rstest::rstest;
use rustls::{AlertDescription, Error};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::super::{accept, connect};
use super::peer::{Peer, Version, configs, configs_named, meet, name, sockets};

fn whole(tcp: &mut StdStream, flight: &[u8]) {
    tcp.write_all(flight).unwrap();
}

fn byte_by_byte(tcp: &mut StdStream, flight: &[u8]) {
    for byte in flight {
        tcp.write_all(&[*byte]).unwrap();
    }
}

#[rstest]
#[tokio::test]
async fn data_and_the_end_in_the_segment_of_the_last_flight_are_delivered(
    #[values(Version::Old, Version::New)] version: Version,
) {
    let (conn, acting) = meet(version, false, |mut peer| {
        let mut last = peer.shake(whole).unwrap();
        last.extend(peer.seal(b"early"));
        last.extend(peer.seal(&[7; 50_000]));
        peer.tls.send_close_notify();
        last.extend(peer.drain());
        peer.send(&last);
        peer.read(6)
    })
    .await;
    let mut conn = conn.unwrap();
    let mut data = Vec::new();
    conn.read_to_end(&mut data).await.unwrap();
    assert_eq!((&data[..5], data.len()), (&b"early"[..], 50_005));
    conn.write_all(b"gladly").await.unwrap();
    conn.flush().await.unwrap();
    assert_eq!(acting.await.unwrap(), b"gladly");
}

#[tokio::test]
async fn a_key_update_in_the_segment_of_the_finish_is_answered() {
    let (conn, acting) = meet(Version::New, false, |mut peer| {
        let mut last = peer.shake(whole).unwrap();
        peer.tls.refresh_traffic_keys().unwrap();
        last.extend(peer.seal(b"ping"));
        peer.send(&last);
        peer.read(4)
    })
    .await;
    let mut conn = conn.unwrap();
    let mut data = [0; 4];
    conn.read_exact(&mut data).await.unwrap();
    assert_eq!(&data, b"ping");
    conn.write_all(b"pong").await.unwrap();
    conn.flush().await.unwrap();
    assert_eq!(acting.await.unwrap(), b"pong");
}

#[rstest]
#[tokio::test]
async fn what_came_before_a_wrong_record_is_delivered_and_then_the_error_stays(
    #[values(Version::Old, Version::New)] version: Version,
    #[values(true, false)] at_once: bool,
) {
    let (conn, acting) = meet(version, false, move |mut peer| {
        let mut last = peer.shake(whole).unwrap();
        if !at_once {
            peer.send(&std::mem::take(&mut last));
        }
        last.extend(peer.seal(b"good"));
        let mut bad = peer.seal(b"bad");
        *bad.last_mut().unwrap() ^= 1;
        last.extend(bad);
        peer.send(&last);
        peer.reads_error()
    })
    .await;
    let mut conn = conn.unwrap();
    let mut data = [0; 100];
    assert_eq!(conn.read(&mut data).await.unwrap(), 4);
    assert_eq!(&data[..4], b"good");
    let error = conn.read(&mut data).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidData, "{error}");
    let error = conn.read(&mut data).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidData, "{error}");
    // Neither data nor an end of ours goes behind the alert.
    assert_eq!(conn.write(b"x").await.unwrap_err().kind(), std::io::ErrorKind::BrokenPipe);
    conn.shutdown().await.unwrap();
    let heard = acting.await.unwrap();
    assert_eq!(heard, Some(Error::AlertReceived(AlertDescription::BadRecordMac)));
}

#[rstest]
#[tokio::test]
async fn a_handshake_in_segments_of_one_byte_succeeds(
    #[values(Version::Old, Version::New)] version: Version,
) {
    let (conn, acting) = meet(version, false, |mut peer| {
        let mut last = peer.shake(byte_by_byte).unwrap();
        last.extend(peer.seal(b"data"));
        byte_by_byte(&mut peer.tcp, &last);
        peer.tcp
    })
    .await;
    let mut data = [0; 4];
    conn.unwrap().read_exact(&mut data).await.unwrap();
    assert_eq!(&data, b"data");
    acting.await.unwrap();
}

/// Spoils byte `at` of everything that the client sends.
fn spoil(mut peer: Peer, at: usize) {
    // A length that grew makes each side wait for the other.
    peer.tcp.set_read_timeout(Some(std::time::Duration::from_millis(200))).unwrap();
    let mut sent = 0;
    let mut spoiled = |tcp: &mut StdStream, flight: &[u8]| {
        let mut flight = flight.to_vec();
        if let Some(byte) = at.checked_sub(sent).and_then(|at| flight.get_mut(at)) {
            *byte ^= 0x55;
        }
        sent += flight.len();
        // The server may be gone.
        let _ = tcp.write_all(&flight);
    };
    if let Ok(last) = peer.shake(&mut spoiled) {
        spoiled(&mut peer.tcp, &last);
        peer.tcp.shutdown(std::net::Shutdown::Write).unwrap();
        peer.reads_error();
    }
}

/// rustls has assertions of its own, which hold in this build.
#[rstest]
#[tokio::test]
async fn no_wrong_byte_of_a_handshake_makes_it_panic_or_hang(
    #[values(Version::Old, Version::New)] version: Version,
) {
    let mut failed = 0;
    for at in (0..420).step_by(3) {
        let (conn, acting) = meet(version, false, move |peer| spoil(peer, at)).await;
        match conn {
            Ok(mut conn) => drop(conn.read(&mut [0; 10]).await),
            Err(error) => {
                failed += 1;
                drop(error);
            }
        }
        acting.await.unwrap();
    }
    assert!(failed > 80, "{failed}");
}

#[rstest]
#[case::http(b"GET / HTTP/1.1\r\n\r\n")]
#[case::one_letter(b"G")]
#[case::old_version(&[22, 2, 0, 0, 5, 1, 0, 0, 1, 0])]
#[case::too_long(&[22, 3, 1, 0xff, 0xff, 1])]
#[case::data(&[23, 3, 3, 0, 3, 1, 2, 3])]
#[case::an_empty_record(&[22, 3, 3, 0, 0])]
#[case::no_hello(&[22, 3, 3, 0, 4, 20, 0, 0, 0])]
#[tokio::test]
async fn what_is_no_handshake_is_told_at_once(#[case] sent: &'static [u8]) {
    let (conn, acting) = meet(Version::New, false, |mut peer| {
        peer.send(sent);
        peer.reads_error()
    })
    .await;
    let failed = conn.unwrap_err();
    assert_eq!(failed.error.kind(), std::io::ErrorKind::InvalidData, "{}", failed.error);
    drop(failed);
    let heard = acting.await.unwrap();
    assert!(matches!(heard, Some(Error::AlertReceived(_))), "{heard:?}");
}

#[tokio::test]
async fn a_message_in_endless_parts_meets_a_limit() {
    let (conn, acting) = meet(Version::New, false, |mut peer| {
        let mut wire = vec![22, 3, 1, 0, 4, 1, 0, 0xff, 0xff];
        for _ in 0..40_000 {
            wire.extend([22, 3, 1, 0, 1, 0]);
        }
        // We are gone before all of it is sent.
        let _ = peer.tcp.write_all(&wire);
    })
    .await;
    let failed = conn.unwrap_err();
    assert!(failed.error.to_string().contains("excess record size"), "{}", failed.error);
    drop(failed);
    acting.await.unwrap();
}

#[tokio::test]
async fn a_handshake_that_is_called_off_is_seen_by_the_peer_as_a_closed_connection() {
    let (server, _) = configs(Version::New);
    let (far, near) = sockets().await;
    let waited = std::time::Duration::from_millis(50);
    assert!(tokio::time::timeout(waited, accept(far, server, false)).await.is_err());
    let ended = tokio::task::spawn_blocking(move || std::io::Read::read(&mut &near, &mut [0]));
    assert_eq!(ended.await.unwrap().unwrap(), 0);
}

#[rstest]
#[tokio::test]
async fn both_sides_of_ours_understand_each_other(
    #[values(Version::Old, Version::New)] version: Version,
) {
    let (server, client) = configs(version);
    let (far, near) = sockets().await;
    near.set_nonblocking(true).unwrap();
    let near = tokio::net::TcpStream::from_std(near).unwrap();
    let (far, near) =
        tokio::join!(accept(far, server, false), connect(near, client, name(), false));
    let (mut far, mut near) = (far.unwrap().conn, near.unwrap().conn);
    for (size, round) in [(1, 1), (16_384, 2), (100_000, 3)] {
        let data = vec![round; size];
        let mut got = vec![0; size];
        let send = async {
            near.write_all(&data).await.unwrap();
            near.flush().await.unwrap();
        };
        tokio::join!(send, async { far.read_exact(&mut got).await.unwrap() });
        assert!(got == data);
    }
    near.shutdown().await.unwrap();
    assert_eq!(far.read(&mut [0]).await.unwrap(), 0);
    far.shutdown().await.unwrap();
    assert_eq!(near.read(&mut [0]).await.unwrap(), 0);
}

/// A message over many records: the buffer grows, up to what rustls takes.
#[rstest]
#[tokio::test]
async fn a_certificate_may_be_as_large_as_rustls_takes_it(
    #[values(1_000, 2_200)] names: usize,
    #[values(Version::Old, Version::New)] version: Version,
) {
    let mut all: Vec<_> = (0..names).map(|at| format!("h{at:06}.branch.example.com")).collect();
    all.push("gw.example.com".into());
    let (server, client) = configs_named(version, all);
    let (far, near) = sockets().await;
    near.set_nonblocking(true).unwrap();
    let near = tokio::net::TcpStream::from_std(near).unwrap();
    let (far, near) =
        tokio::join!(accept(far, server, false), connect(near, client, name(), false));
    far.unwrap().conn.write_all(b"x").await.unwrap();
    let near = near.unwrap();
    assert!(near.session.certificate.unwrap().len() > 25 * names);
    assert_eq!({ near.conn }.read_u8().await.unwrap(), b'x');
}

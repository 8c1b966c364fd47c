use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::site::{Reply, Site};

/// Shorter than what an answer in flight gets to finish.
const SOON: Duration = Duration::from_secs(2);

#[tokio::test]
async fn a_head_that_never_ends_is_cut_off_at_its_limit() {
    let site = Site::start().await;
    let mut stream = site.dial().await;
    stream.write_all(b"GET /livez HTTP/1.1\r\nx: ").await.unwrap();
    // The server may answer and close before all is sent.
    let _ = stream.write_all(&[b'y'; 64 << 10]).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.is_empty() || Reply::parse(&answer).status() == 431, "{answer}");
    site.stopped().await;
}

#[tokio::test]
async fn what_is_no_http_is_refused_and_the_next_one_served() {
    let site = Site::start().await;
    let mut stream = site.dial().await;
    stream.write_all(b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 400"), "{answer:?}");
    assert_eq!(site.get("/livez").await.status(), 200);
    site.stopped().await;
}

#[tokio::test]
async fn more_connections_than_the_limit_wait_for_one_to_end() {
    let site = Site::start().await;
    let mut held = Vec::new();
    for _ in 0..64 {
        let mut stream = site.dial().await;
        stream.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        // Answered, so it has its slot.
        assert_eq!(stream.read_u8().await.unwrap(), b'H');
        held.push(stream);
    }
    let mut late = site.dial().await;
    let request = b"GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    late.write_all(request).await.unwrap();
    let mut answer = String::new();
    let reading = late.read_to_string(&mut answer);
    tokio::pin!(reading);
    assert!(tokio::time::timeout(Duration::from_millis(100), &mut reading).await.is_err());
    held.pop();
    reading.await.unwrap();
    assert_eq!(Reply::parse(&answer).status(), 200);
    site.stopped().await;
}

#[tokio::test]
async fn connections_that_are_idle_do_not_hold_up_the_end() {
    let site = Site::start().await;
    let silent = site.dial().await;
    let mut kept = site.dial().await;
    kept.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert_eq!(kept.read_u8().await.unwrap(), b'H');
    let started = Instant::now();
    site.stopped().await;
    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
    drop(silent);
}

#[tokio::test]
async fn a_client_that_has_said_all_gets_its_answer() {
    let site = Site::start().await;
    for _ in 0..50 {
        let mut stream = site.dial().await;
        stream
            .write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            .await
            .unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert_eq!(Reply::parse(&answer).status(), 200);
    }
    site.stopped().await;
}

#[tokio::test]
async fn nobody_is_accepted_after_the_end() {
    let site = Site::start().await;
    let address = site.address.strip_prefix("tcp:").unwrap().to_owned();
    site.stopped().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_sends_nothing_is_let_go() {
    let site = Site::start().await;
    let mut silent = site.dial().await;
    assert_eq!(silent.read(&mut [0]).await.unwrap(), 0);
    site.stopped().await;
}

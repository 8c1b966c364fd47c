//! A reset is never a clean end, whichever direction meets it first: TCP says
//! an error once, and whoever asks after that is told of an end.

use std::io::ErrorKind;

use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::ferry::MessageFlow;
use crate::frame::Prefix;
use crate::telemetry::Outcome;

async fn tcp_end() -> (TcpStream, Conn) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let dial = TcpStream::connect(listener.local_addr().unwrap());
    let (ours, ferrys) = tokio::join!(dial, listener.accept());
    (ours.unwrap(), Stream::Tcp(ferrys.unwrap().0).into())
}

fn reset(stream: TcpStream) {
    socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
}

/// Writes until nothing has gone on for a while: every queue is full.
async fn stuff(stream: &mut TcpStream, chunk: &[u8]) {
    let patience = Duration::from_millis(200);
    while let Ok(written) = tokio::time::timeout(patience, stream.write_all(chunk)).await {
        written.unwrap();
    }
}

/// Everything up to the end, and how that came.
async fn drain(stream: &mut TcpStream) -> (usize, Result<(), ErrorKind>) {
    let (mut all, mut buffer) = (0, vec![0; 65_536]);
    loop {
        match stream.read(&mut buffer).await {
            Ok(0) => return (all, Ok(())),
            Ok(got) => all += got,
            Err(error) => return (all, Err(error.kind())),
        }
    }
}

/// A message of 996 bytes with its head, again and again.
fn frames() -> Vec<u8> {
    [Prefix::U32Be.head(996).unwrap().as_slice(), &[7; 996]].concat()
}

async fn a_target_that_resets_an_upload<F: Flow>(flows: (F, F)) {
    let ((mut client, a), (mut target, b)) = (tcp_end().await, tcp_end().await);
    let cut = Cut::default();
    let work = async {
        target.write_all(&frames()).await.unwrap();
        client.read_exact(&mut [0; 1000]).await.unwrap();
        stuff(&mut client, &frames()).await;
        reset(target);
        drain(&mut client).await
    };
    let (ended, (_, end)) = tokio::join!(run(a, b, flows, no_limits(), &cut), work);
    assert_eq!(ended.outcome, Outcome::TargetGone, "{ended:?}");
    assert_eq!(end, Err(ErrorKind::ConnectionReset));
}

async fn a_client_that_resets_both_ways<F: Flow>(flows: (F, F)) {
    let ((mut client, a), (mut target, b)) = (tcp_end().await, tcp_end().await);
    let cut = Cut::default();
    let work = async {
        stuff(&mut client, &frames()).await;
        stuff(&mut target, &frames()).await;
        reset(client);
        drain(&mut target).await
    };
    let (ended, (_, end)) = tokio::join!(run(a, b, flows, no_limits(), &cut), work);
    assert_eq!(ended.outcome, Outcome::ClientGone, "{ended:?}");
    assert_eq!(end, Err(ErrorKind::ConnectionReset));
}

fn messages() -> (MessageFlow, MessageFlow) {
    let flow = || MessageFlow::new(Some(Prefix::U32Be), Some(Prefix::U32Be), 1 << 20);
    (flow(), flow())
}

async fn a_reset_behind_what_nobody_takes<F: Flow>(flows: (F, F)) {
    let ((mut client, a), (mut target, b)) = (tcp_end().await, tcp_end().await);
    let limits = Limits { half_close: Duration::from_millis(400), ..no_limits() };
    let cut = Cut::default();
    let work = async {
        stuff(&mut client, &frames()).await;
        reset(client);
        Instant::now()
    };
    let (ended, since) = tokio::join!(run(a, b, flows, limits, &cut), work);
    assert_eq!(ended.outcome, Outcome::ClientGone, "{ended:?}");
    assert!(since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
    assert_eq!(drain(&mut target).await.1, Err(ErrorKind::ConnectionReset));
}

#[tokio::test]
async fn a_reset_is_noticed_though_nobody_takes_what_came_before_it() {
    let limit = Duration::from_secs(30);
    let bytes = a_reset_behind_what_nobody_takes((ByteFlow::new(), ByteFlow::new()));
    tokio::time::timeout(limit, bytes).await.unwrap();
    tokio::time::timeout(limit, a_reset_behind_what_nobody_takes(messages())).await.unwrap();
}

/// TCP has no other state for a connection that both sides have ended.
#[tokio::test]
async fn an_answer_that_is_taken_slowly_after_both_ends_is_no_reset() {
    let ((mut client, a), (mut target, b)) = (tcp_end().await, tcp_end().await);
    let limits = Limits { half_close: Duration::from_millis(400), ..no_limits() };
    let cut = Cut::default();
    let work = async {
        client.shutdown().await.unwrap();
        assert_eq!(drain(&mut target).await, (0, Ok(())));
        stuff(&mut target, &frames()).await;
        target.shutdown().await.unwrap();
        let mut taken = 0;
        while let Ok(got) = client.read(&mut [0; 65_536]).await.map(|got| got as u64) {
            if got == 0 {
                return taken;
            }
            taken += got;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("a reset after {taken} bytes");
    };
    let flows = (ByteFlow::new(), ByteFlow::new());
    let (ended, taken) = tokio::join!(run(a, b, flows, limits, &cut), work);
    assert_eq!((ended.outcome, ended.to_client.bytes), (Outcome::Done, taken), "{ended:?}");
}

#[tokio::test]
async fn a_connection_that_is_dropped_while_it_is_carried_is_a_reset_to_both() {
    let ((mut client, a), (mut target, b)) = (tcp_end().await, tcp_end().await);
    let cut = Cut::default();
    let mut ferry = Box::pin(run(a, b, messages(), no_limits(), &cut));
    client.write_all(&frames()).await.unwrap();
    let mut message = [0; 1000];
    tokio::select! {
        _ = ferry.as_mut() => panic!("it goes on"),
        got = target.read_exact(&mut message) => got.unwrap(),
    };
    drop(ferry);
    for end in [&mut client, &mut target] {
        assert_eq!(drain(end).await, (0, Err(ErrorKind::ConnectionReset)));
    }
}

#[tokio::test]
async fn a_target_that_resets_a_stuffed_upload_is_a_reset_to_the_client() {
    a_target_that_resets_an_upload((ByteFlow::new(), ByteFlow::new())).await;
    a_target_that_resets_an_upload(messages()).await;
}

#[tokio::test]
async fn a_client_that_resets_with_both_ways_stuffed_is_a_reset_to_the_target() {
    a_client_that_resets_both_ways((ByteFlow::new(), ByteFlow::new())).await;
    a_client_that_resets_both_ways(messages()).await;
}

#[tokio::test]
async fn a_peer_that_is_dead_is_not_waited_for() {
    let ((mut client, a), (mut target, b)) = (tcp_end().await, tcp_end().await);
    let cut = Cut::default();
    let work = async {
        // Fits into the target's queues, but not into its window.
        client.write_all(&vec![7; 3 << 20]).await.unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        reset(client);
        // The gateway now waits for the target to take what came before.
        tokio::time::sleep(Duration::from_millis(100)).await;
        target.read_exact(&mut [0; 1000]).await.unwrap();
        reset(target);
    };
    let started = std::time::Instant::now();
    let flows = (ByteFlow::new(), ByteFlow::new());
    let (ended, ()) = tokio::join!(run(a, b, flows, no_limits(), &cut), work);
    assert_eq!(ended.outcome, Outcome::ClientGone, "{ended:?}");
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_client_that_resets_after_its_own_end_is_gone_and_not_done() {
    let ((mut client, a), (mut target, b)) = (tcp_end().await, tcp_end().await);
    let cut = Cut::default();
    let work = async {
        client.shutdown().await.unwrap();
        assert_eq!(drain(&mut target).await, (0, Ok(())));
        // Lies in the client's queues, unread, when it resets.
        target.write_all(&vec![7; 3 << 20]).await.unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        reset(client);
        tokio::time::sleep(Duration::from_millis(100)).await;
        target.shutdown().await.unwrap();
    };
    let flows = (ByteFlow::new(), ByteFlow::new());
    let (ended, ()) = tokio::join!(run(a, b, flows, no_limits(), &cut), work);
    assert_eq!(ended.outcome, Outcome::ClientGone, "{ended:?}");
}

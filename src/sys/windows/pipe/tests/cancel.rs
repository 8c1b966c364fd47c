//! Who waits may stop waiting, and another may go on.

use super::*;

/// Polls once.
async fn glance<T>(mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
    poll_fn(|cx| Poll::Ready(poll(cx))).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_that_nobody_waits_for_any_more_loses_nothing() {
    let (mut server, mut client) = pair(true).await;
    // One that waits when nobody does any more, and others as it happens.
    assert!(glance(|cx| server.poll_read(cx, 1000).map(drop)).await.is_pending());
    let writer = tokio::spawn(async move {
        for at in 0..300 {
            write(&mut client, &pattern(at * 37 % 3000, at)).await.unwrap();
        }
        client
    });
    for at in 0..300 {
        let mut message = Vec::new();
        loop {
            let (bytes, more) = tokio::select! {
                biased;
                piece = read(&mut server, 1000) => piece.unwrap(),
                () = tokio::task::yield_now() => continue,
            };
            message.extend(bytes);
            if !more {
                break;
            }
        }
        assert_eq!(message, pattern(at * 37 % 3000, at));
    }
    writer.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_nobody_waits_for_any_more_is_made_once() {
    let (mut server, mut client) = pair(true).await;
    for at in 0..200 {
        let message = pattern(at, at);
        let _ = glance(|cx| client.poll_write(cx, &message)).await;
        if client.is_writing() {
            write(&mut client, &message).await.unwrap();
        }
        assert!(!client.is_writing());
        assert_eq!(read(&mut server, MIB).await.unwrap(), (message, false));
    }
    assert_eq!(server.peek().unwrap().available, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_task_that_waits_is_the_one_that_is_woken() {
    let (mut server, mut client) = pair(true).await;
    assert!(glance(|cx| server.poll_read(cx, MIB).map(drop)).await.is_pending());
    let (waits, waiting) = tokio::sync::oneshot::channel();
    let mut waits = Some(waits);
    let other = tokio::spawn(async move {
        let polled = poll_fn(|cx| {
            let polled = server.poll_read(cx, MIB).map_ok(|piece| piece.bytes.to_vec());
            waits.take().map(|waits| waits.send(()));
            polled
        });
        polled.await.unwrap()
    });
    waiting.await.unwrap();
    write(&mut client, b"wake up").await.unwrap();
    assert_eq!(other.await.unwrap(), b"wake up");
}

#[tokio::test]
async fn a_read_outlives_the_thread_that_began_it() {
    let (mut server, mut client) = pair(true).await;
    let thread = std::thread::spawn(move || {
        let waker = std::task::Waker::noop();
        assert!(server.poll_read(&mut Context::from_waker(waker), MIB).is_pending());
        server
    });
    let mut server = thread.join().unwrap();
    write(&mut client, b"still there").await.unwrap();
    assert_eq!(read(&mut server, MIB).await.unwrap(), (b"still there".to_vec(), false));
}

#[tokio::test]
async fn peek_refuses_while_a_read_is_in_flight() {
    let (mut server, mut client) = pair(true).await;
    assert!(glance(|cx| server.poll_read(cx, MIB).map(drop)).await.is_pending());
    assert_eq!(server.peek().unwrap_err().kind(), io::ErrorKind::ResourceBusy);
    write(&mut client, b"x").await.unwrap();
    read(&mut server, MIB).await.unwrap();
    assert_eq!(server.peek().unwrap().available, 0);
}

//! What is read before the end, and how the end is told.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_that_was_written_is_read_after_the_writer_has_left() {
    for message_type in TYPES {
        let (mut server, mut client) = pair(message_type).await;
        write(&mut client, &pattern(40_000, 0)).await.unwrap();
        write(&mut client, &pattern(20_000, 1)).await.unwrap();
        drop(client);
        let (all, end) = read_all(&mut server, 7000).await;
        assert!(all == [pattern(40_000, 0), pattern(20_000, 1)].concat());
        assert!(is_end(&end) && code(&end) == 109, "{end}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_has_completed_survives_the_close() {
    for message_type in TYPES {
        let name = new_name();
        let options = CreateOptions { out_buffer: 300_000, ..options(&name, message_type) };
        let (mut server, mut client) = pair_of(&options, Tickets::default()).await;
        let all = pattern(200_000, 0);
        let reader = tokio::spawn(async move { read_all(&mut client, MIB).await.0 });
        write(&mut server, &all).await.unwrap();
        drop(server);
        assert!(reader.await.unwrap() == all);
    }
}

#[tokio::test]
async fn a_write_is_done_only_when_the_system_has_taken_all_of_it() {
    for message_type in TYPES {
        let name = new_name();
        let options = CreateOptions { out_buffer: 4096, ..options(&name, message_type) };
        let (mut server, mut client) = pair_of(&options, Tickets::default()).await;
        let message = pattern(MIB, 0);
        let write = tokio::time::timeout(
            Duration::from_millis(100),
            poll_fn(|cx| server.poll_write(cx, &message)),
        );
        write.await.unwrap_err();
        assert!(server.is_writing());
        let mut all = Vec::new();
        while all.len() < MIB {
            all.extend(read(&mut client, 9000).await.unwrap().0);
        }
        assert!(all == message);
        poll_fn(|cx| server.poll_write(cx, &message)).await.unwrap();
        assert!(!server.is_writing());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_holds_the_writer_back() {
    let name = new_name();
    let options = CreateOptions { in_buffer: 4096, ..options(&name, true) };
    let (mut server, mut client) = pair_of(&options, Tickets::default()).await;
    let written = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&written);
    let writer = tokio::spawn(async move {
        for at in 0..40 {
            write(&mut client, &pattern(3000, at)).await.unwrap();
            count.fetch_add(1, Ordering::Relaxed);
        }
    });
    for at in 0..40 {
        // One message fits the buffer, and one more is being written.
        assert!(written.load(Ordering::Relaxed) as usize <= at + 2);
        assert!(read_message(&mut server, MIB).await.unwrap() == pattern(3000, at));
    }
    writer.await.unwrap();
}

#[tokio::test]
async fn a_write_to_one_that_has_left_fails_as_an_end() {
    for message_type in TYPES {
        let (mut server, client) = pair(message_type).await;
        drop(client);
        let error = write(&mut server, b"hello?").await.unwrap_err();
        assert!(is_end(&error), "{error}");
        // And again, the same.
        assert!(is_end(&write(&mut server, b"hello?").await.unwrap_err()));
        assert!(is_end(&read(&mut server, MIB).await.unwrap_err()));
        assert!(is_end(&read(&mut server, MIB).await.unwrap_err()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_is_told_when_the_other_leaves() {
    for message_type in TYPES {
        let (mut server, client) = pair(message_type).await;
        let waits = poll_fn(|cx| Poll::Ready(server.poll_read(cx, MIB).is_pending())).await;
        assert!(waits);
        let reader = tokio::spawn(async move { read(&mut server, MIB).await.unwrap_err() });
        drop(client);
        assert!(is_end(&reader.await.unwrap()));
    }
}

#[tokio::test]
async fn an_empty_message_is_no_end() {
    let (mut server, mut client) = pair(true).await;
    write(&mut client, b"").await.unwrap();
    drop(client);
    assert_eq!(read(&mut server, MIB).await.unwrap(), (Vec::new(), false));
    assert!(is_end(&read(&mut server, MIB).await.unwrap_err()));
}

#[test]
fn an_end_is_one_of_three_errors() {
    assert!(!is_end(&system_error(5)));
    assert!(!is_end(&system_error(995)));
    assert!(!is_end(&io::ErrorKind::BrokenPipe.into()));
    for code in [109, 232, 233] {
        assert!(is_end(&system_error(code)));
    }
}

//! Byte streams: over byte-type pipes, and over the messages of others.

use super::*;

const BULK: usize = 8 * MIB;

/// Writes `BULK` bytes by `chunk`, and keeps the pipe until they were read.
async fn pour(mut pipe: Pipe, chunk: usize) -> Pipe {
    let all = pattern(BULK, 0);
    for bytes in all.chunks(chunk) {
        write(&mut pipe, bytes).await.unwrap();
    }
    pipe
}

async fn collect(pipe: &mut Pipe, room: usize) -> Vec<u8> {
    let mut all = Vec::with_capacity(BULK);
    while all.len() < BULK {
        let (bytes, more) = read(pipe, room).await.unwrap();
        assert!(!more && bytes.len() <= room);
        all.extend(bytes);
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bulk_arrives_as_it_was_sent() {
    for (chunk, room) in [(256 * 1024, 256 * 1024), (70_001, 64 * 1024), (MIB, 10_000)] {
        let (server, mut client) = pair(false).await;
        let writer = tokio::spawn(pour(server, chunk));
        assert!(collect(&mut client, room).await == pattern(BULK, 0));
        writer.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_are_read_from_a_message_type_pipe() {
    let name = new_name();
    let mut instance = create(&options(&name, true), Tickets::default()).unwrap();
    let mut client = open(&name, Access::Both, Impersonation::Identification).unwrap();
    poll_fn(|cx| instance.poll_connect(cx)).await.unwrap();
    assert!(!client.state().unwrap().message_read_mode);
    let writer = tokio::spawn(pour(instance.into_pipe(), 50_000));
    assert!(collect(&mut client, 256 * 1024).await == pattern(BULK, 0));
    writer.await.unwrap();
}

#[tokio::test]
async fn who_has_room_for_little_needs_no_large_buffer() {
    let (mut server, mut client) = pair(false).await;
    write(&mut server, &pattern(1000, 0)).await.unwrap();
    for at in 0..10 {
        let wanted = pattern(1000, 0)[at * 100..][..100].to_vec();
        assert_eq!(read(&mut client, 100).await.unwrap().0, wanted);
        assert_eq!(client.reader.holds(), 512);
    }
}

#[tokio::test]
async fn what_is_there_is_read_at_once_up_to_the_room() {
    let (mut server, mut client) = pair(false).await;
    write(&mut server, &pattern(50_000, 0)).await.unwrap();
    assert_eq!(read(&mut client, 30_000).await.unwrap().0.len(), 512);
    assert_eq!(read(&mut client, 30_000).await.unwrap().0.len(), 30_000);
    assert_eq!(read(&mut client, 30_000).await.unwrap().0.len(), 50_000 - 512 - 30_000);
}

//! Messages keep their ends, whatever their length.

use super::*;

const LENGTHS: [usize; 14] =
    [0, 1, 511, 512, 513, 0, 4095, 4096, 4097, 65_535, 65_536, 65_537, MIB, 16 * MIB];

/// Sends and receives all of `LENGTHS` at once, on one handle.
async fn exchange(mut pipe: Pipe, seed: usize, room: usize) {
    let (mut sent, mut received, mut message) = (0, 0, Vec::new());
    let mut outgoing = pattern(LENGTHS[0], seed);
    poll_fn(|cx| {
        let mut waits = false;
        while !waits {
            waits = true;
            if sent < LENGTHS.len() && pipe.poll_write(cx, &outgoing).map(Result::unwrap).is_ready()
            {
                sent += 1;
                outgoing = LENGTHS.get(sent).map_or(Vec::new(), |len| pattern(*len, seed + sent));
                waits = false;
            }
            if received < LENGTHS.len()
                && let Poll::Ready(piece) = pipe.poll_read(cx, room)
            {
                let piece = piece.unwrap();
                assert!(piece.bytes.len() <= room);
                message.extend_from_slice(piece.bytes);
                if !piece.more {
                    // Not assert_eq: nobody wants to read 16 MiB.
                    assert_eq!(message.len(), LENGTHS[received]);
                    assert!(message == pattern(LENGTHS[received], seed + received));
                    message.clear();
                    received += 1;
                }
                waits = false;
            }
        }
        match sent + received {
            all if all == 2 * LENGTHS.len() => Poll::Ready(()),
            _ => Poll::Pending,
        }
    })
    .await;
    // What the other side has not read yet keeps no handle open.
    drop(pipe);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_length_arrives_whole_both_ways_at_once() {
    let (server, client) = pair(true).await;
    let server = tokio::spawn(exchange(server, 0, 64 * MIB));
    exchange(client, 0, 64 * MIB).await;
    server.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pieces_are_no_longer_than_there_is_room_for() {
    let (server, client) = pair(true).await;
    let server = tokio::spawn(exchange(server, 0, 100_000));
    exchange(client, 0, 100_000).await;
    server.await.unwrap();
}

#[tokio::test]
async fn a_piece_says_whether_its_message_goes_on() {
    let (mut server, mut client) = pair(true).await;
    write(&mut client, b"twelve bytes").await.unwrap();
    write(&mut client, b"").await.unwrap();
    write(&mut client, b"more").await.unwrap();
    assert_eq!(read(&mut server, 5).await.unwrap(), (b"twelv".to_vec(), true));
    assert_eq!(read(&mut server, 5).await.unwrap(), (b"e byt".to_vec(), true));
    assert_eq!(read(&mut server, 5).await.unwrap(), (b"es".to_vec(), false));
    assert_eq!(read(&mut server, 5).await.unwrap(), (Vec::new(), false));
    assert_eq!(read(&mut server, 5).await.unwrap(), (b"more".to_vec(), false));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_small_messages_arrive_one_by_one_in_order() {
    let (mut server, mut client) = pair(true).await;
    let lengths = |at: usize| at * 7 % 97;
    let writer = tokio::spawn(async move {
        for at in 0..3000 {
            write(&mut client, &pattern(lengths(at), at)).await.unwrap();
        }
    });
    for at in 0..3000 {
        assert_eq!(read(&mut server, MIB).await.unwrap(), (pattern(lengths(at), at), false));
    }
    writer.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_messages_in_a_row_come_in_one_piece_each() {
    let (mut server, mut client) = pair_of(
        &CreateOptions { in_buffer: 8 * 65_536, ..options(&new_name(), true) },
        Tickets::default(),
    )
    .await;
    for at in 0..4 {
        write(&mut client, &pattern(60_000, at)).await.unwrap();
    }
    // The first meets the small buffer; from then on a large one waits.
    assert_eq!(read(&mut server, MIB).await.unwrap().0.len(), 512);
    assert_eq!(read(&mut server, MIB).await.unwrap().0.len(), 60_000 - 512);
    for at in 1..4 {
        assert_eq!(read(&mut server, MIB).await.unwrap(), (pattern(60_000, at), false));
    }
}

#[tokio::test]
async fn peek_tells_the_length_of_the_next_message() {
    let (mut server, mut client) = pair(true).await;
    assert_eq!(server.peek().unwrap(), Peeked { available: 0, left_in_message: 0 });
    write(&mut client, &pattern(1000, 0)).await.unwrap();
    write(&mut client, &pattern(30, 1)).await.unwrap();
    assert_eq!(server.peek().unwrap(), Peeked { available: 1030, left_in_message: 1000 });
    assert_eq!(read(&mut server, 600).await.unwrap().0.len(), 512);
    assert_eq!(server.peek().unwrap(), Peeked { available: 518, left_in_message: 488 });
}

/// A read that waits already, and then the message.
async fn awaited(server: &mut Pipe, client: &mut Pipe, len: usize) -> (Vec<u8>, bool) {
    assert!(poll_fn(|cx| Poll::Ready(server.poll_read(cx, MIB).is_pending())).await);
    write(client, &pattern(len, 0)).await.unwrap();
    read(server, MIB).await.unwrap()
}

#[tokio::test]
async fn a_read_waits_with_as_much_as_the_last_messages_had() {
    let (mut server, mut client) = pair(true).await;
    assert_eq!(
        awaited(&mut server, &mut client, 1500).await,
        (pattern(1500, 0)[..512].into(), true)
    );
    assert_eq!(read(&mut server, MIB).await.unwrap(), (pattern(1500, 0)[512..].into(), false));
    for len in [1500, 2048, 100] {
        assert_eq!(awaited(&mut server, &mut client, len).await, (pattern(len, 0), false));
    }
    assert_eq!(server.reader.holds(), 2048);
    for _ in 0..200 {
        awaited(&mut server, &mut client, 10).await;
    }
    assert_eq!(server.reader.holds(), 512, "it does not stay so for ever");
}

#[tokio::test]
async fn a_large_buffer_waits_at_a_pipe_that_is_busy_with_long_messages() {
    let (mut server, mut client) = pair(true).await;
    awaited(&mut server, &mut client, 20_000).await;
    read(&mut server, MIB).await.unwrap();
    for len in [20_000, 65_536, 4097, 0, 1] {
        assert_eq!(awaited(&mut server, &mut client, len).await, (pattern(len, 0), false));
    }
    for _ in 0..1000 {
        awaited(&mut server, &mut client, 10).await;
    }
    assert_eq!(server.reader.holds(), 512, "short ones need none");
}

#[tokio::test]
async fn what_waits_is_not_as_large_as_the_longest_message() {
    let (mut server, mut client) = pair(true).await;
    let writer = async { write(&mut client, &pattern(MIB, 0)).await.unwrap() };
    let reader = async { read_message(&mut server, MIB).await.unwrap() };
    assert!(tokio::join!(writer, reader).1 == pattern(MIB, 0));
    assert!(server.reader.holds() > MIB / 2);
    assert!(poll_fn(|cx| Poll::Ready(server.poll_read(cx, MIB).is_pending())).await);
    assert!(server.reader.holds() < 70_000, "{}", server.reader.holds());
}

#[tokio::test]
async fn a_pipe_that_is_dry_holds_no_large_buffer() {
    for message_type in TYPES {
        let (mut server, mut client) = pair(message_type).await;
        write(&mut client, &pattern(60_000, 0)).await.unwrap();
        let mut got = 0;
        while got < 60_000 {
            got += read(&mut server, MIB).await.unwrap().0.len();
        }
        assert!(server.reader.holds() > 60_000);
        let held = poll_fn(|cx| {
            assert!(server.poll_read(cx, MIB).is_pending());
            let held = server.reader.holds();
            if held <= 4096 { Poll::Ready(held) } else { Poll::Pending }
        });
        assert_eq!(tokio::time::timeout(PATIENCE, held).await.unwrap(), 4096);
        write(&mut client, &pattern(9000, 1)).await.unwrap();
        assert_eq!(read(&mut server, MIB).await.unwrap().0, pattern(9000, 1)[..4096]);
        assert_eq!(read(&mut server, MIB).await.unwrap().0, pattern(9000, 1)[4096..]);
    }
}

/// A full buffer of bytes may mean more, and mostly does not.
#[tokio::test]
async fn a_dry_pipe_whose_last_bytes_filled_the_buffer_holds_no_large_one() {
    let (mut server, mut client) = pair(false).await;
    let waits = server.reader.holds();
    write(&mut client, &pattern(waits, 0)).await.unwrap();
    assert_eq!(read(&mut server, MIB).await.unwrap().0.len(), waits);
    let held = poll_fn(|cx| {
        assert!(server.poll_read(cx, MIB).is_pending());
        let held = server.reader.holds();
        if held <= 4096 { Poll::Ready(held) } else { Poll::Pending }
    });
    assert!(tokio::time::timeout(PATIENCE, held).await.is_ok());
    write(&mut client, b"more").await.unwrap();
    assert_eq!(read(&mut server, MIB).await.unwrap().0, b"more");
}

/// The clock stands, and jumps ahead whenever nobody has anything to do: each
/// read that waits with a large buffer is called off, just when a message comes.
#[tokio::test(start_paused = true)]
async fn a_read_that_is_called_off_loses_nothing() {
    let (mut server, client) = pair(true).await;
    let len = |at: usize| 5000 + at * 7919 % 60_000;
    let writer = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut client = client;
        for at in 0..400 {
            runtime.block_on(write(&mut client, &pattern(len(at), at))).unwrap();
            std::thread::sleep(Duration::from_micros(at as u64 % 7 * 300));
        }
    });
    for at in 0..400 {
        let message = read_message(&mut server, MIB).await.unwrap();
        assert!(message == pattern(len(at), at), "message {at} of {}", message.len());
    }
    assert!(is_end(&read(&mut server, MIB).await.unwrap_err()));
    writer.join().unwrap();
}

//! Whole messages, whatever the framings, the pieces they come in, and how slow
//! their reader is.

use std::pin::pin;

use proptest::prelude::*;
use socket2::{Domain, Socket, Type};

use super::*;
use crate::endpoint::PacketSocket;
use crate::ferry::MessageFlow;
use crate::frame::{Prefix, Scan};
use crate::telemetry::Outcome;

const MOST: usize = 300_000;

fn flows(near: Option<Prefix>, far: Option<Prefix>) -> (MessageFlow, MessageFlow) {
    (MessageFlow::new(near, far, MOST), MessageFlow::new(far, near, MOST))
}

fn framed(prefix: Prefix, messages: &[Vec<u8>]) -> Vec<u8> {
    let frame =
        |message: &Vec<u8>| [prefix.head(message.len()).unwrap().as_slice(), message].concat();
    messages.iter().flat_map(frame).collect()
}

fn unframed(prefix: Prefix, bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut scan = Scan::new(prefix, usize::MAX, bytes);
    let messages: Vec<_> = scan.by_ref().map(|range| bytes[range].to_vec()).collect();
    scan.end_of_stream().unwrap();
    messages
}

fn packets() -> (std::sync::Arc<Socket>, Conn) {
    let (ours, ferrys) = Socket::pair(Domain::UNIX, Type::SEQPACKET, None).unwrap();
    ferrys.set_nonblocking(true).unwrap();
    (ours.into(), Conn::Packet(PacketSocket::new(ferrys.into()).unwrap()))
}

/// A runtime with more than one thread, because blocking sockets sit at the
/// other side.
fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(work)
}

/// Writes in pieces of the given lengths, again and again.
async fn say_in_pieces(mut stream: UnixStream, bytes: Vec<u8>, pieces: Vec<usize>) -> UnixStream {
    let mut rest = &bytes[..];
    for piece in pieces.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (now, later) = rest.split_at((*piece).clamp(1, rest.len()));
        stream.write_all(now).await.unwrap();
        tokio::task::yield_now().await;
        rest = later;
    }
    stream.shutdown().await.unwrap();
    stream
}

fn some_messages() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let len = prop_oneof![
        Just(0usize),
        Just(1),
        2..200usize,
        4_090..4_100usize,
        16_380..16_390usize,
        65_530..65_536usize
    ];
    let message = (len, any::<u8>())
        .prop_map(|(len, fill)| (0..len).map(|i| fill ^ (i % 251) as u8).collect());
    proptest::collection::vec(message, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn messages_arrive_whole_and_in_order_through_any_two_framings(
        messages in some_messages(),
        from in proptest::sample::select(Prefix::ALL.to_vec()),
        to in proptest::sample::select(Prefix::ALL.to_vec()),
        pieces in proptest::collection::vec(1..50_000usize, 1..6),
    ) {
        block_on(async {
            let ((client, a), (mut target, b)) = (end(), end());
            let sent = framed(from, &messages);
            let cut = Cut::default();
            let carried = run(a, b, flows(Some(from), Some(to)), no_limits(), &cut);
            let speak = say_in_pieces(client, sent, pieces);
            let listen = async {
                let all = read_all(&mut target).await;
                target.shutdown().await.unwrap();
                all
            };
            let (ended, _client, got) = tokio::join!(carried, speak, listen);
            assert_eq!(ended.outcome, Outcome::Done, "{ended:?}");
            assert!(unframed(to, &got) == messages);
            assert_eq!(ended.to_target.messages as usize, messages.len());
        });
    }
}

#[test]
fn packets_become_frames_and_frames_become_packets_the_empty_ones_too() {
    let messages: Vec<Vec<u8>> =
        [0, 1, 0, 64, 4_096, 4_097, 65_536, 0, 150_000].iter().map(|len| vec![7; *len]).collect();
    block_on(async {
        let (client, a) = packets();
        let (mut target, b) = end();
        let cut = Cut::default();
        let carried = run(a, b, flows(None, Some(Prefix::U32Be)), no_limits(), &cut);
        let (sender, sent) = (client.clone(), messages.clone());
        let speak = tokio::task::spawn_blocking(move || {
            for message in &sent {
                assert_eq!(sender.send(message).unwrap(), message.len());
            }
            sender.shutdown(std::net::Shutdown::Write).unwrap();
        });
        let echo = async {
            let all = read_all(&mut target).await;
            target.write_all(&all).await.unwrap();
            target.shutdown().await.unwrap();
            all
        };
        let receiver = client.clone();
        let count = messages.len();
        let listen = tokio::task::spawn_blocking(move || {
            let mut buffer = vec![std::mem::MaybeUninit::uninit(); 200_000];
            (0..count).map(|_| receiver.recv(&mut buffer).unwrap()).collect::<Vec<_>>()
        });
        let (ended, spoken, got, back) = tokio::join!(carried, speak, echo, listen);
        spoken.unwrap();
        assert_eq!(ended.outcome, Outcome::Done, "{ended:?}");
        assert!(unframed(Prefix::U32Be, &got) == messages);
        assert_eq!(back.unwrap(), messages.iter().map(Vec::len).collect::<Vec<_>>());
    });
}

#[tokio::test]
async fn a_message_too_long_ends_the_connection_and_those_before_it_arrive() {
    let ((mut client, a), (mut target, b)) = (end(), end());
    say(&mut client, &framed(Prefix::U32Be, &[vec![1; 10], vec![]])).await;
    say(&mut client, &(MOST as u32 + 1).to_be_bytes()).await;
    let pair = flows(Some(Prefix::U32Be), Some(Prefix::U32Be));
    let ended = run(a, b, pair, no_limits(), &Cut::default()).await;
    assert_eq!(ended.outcome, Outcome::Oversize, "{ended:?}");
    let mut wanted = framed(Prefix::U32Be, &[vec![1; 10], vec![]]);
    // A Unix socket has no reset: the stream ends inside a head.
    wanted.push(Prefix::U32Be.torn());
    assert_eq!(read_all(&mut target).await, wanted);
}

#[tokio::test]
async fn a_message_that_the_other_framing_cannot_say_is_oversize_too() {
    let ((mut client, a), (mut target, b)) = (end(), end());
    let pair = flows(Some(Prefix::U32Be), Some(Prefix::U16Be));
    let sent = framed(Prefix::U32Be, &[vec![1; 5], vec![2; 65_536], vec![3; 5]]);
    let cut = Cut::default();
    let (ended, ()) = tokio::join!(run(a, b, pair, no_limits(), &cut), say(&mut client, &sent));
    assert_eq!(ended.outcome, Outcome::Oversize, "{ended:?}");
    let mut wanted = framed(Prefix::U16Be, &[vec![1; 5]]);
    wanted.push(Prefix::U16Be.torn());
    assert_eq!(read_all(&mut target).await, wanted);
}

#[tokio::test]
async fn an_end_inside_a_frame_is_a_bad_frame_and_nothing_of_it_is_delivered() {
    for cut_at in [1, 3, 4, 8] {
        let ((mut client, a), (mut target, b)) = (end(), end());
        let whole = framed(Prefix::U32Be, &[vec![9; 6]]);
        say(&mut client, &whole).await;
        say(&mut client, &whole[..cut_at]).await;
        drop(client);
        let pair = flows(Some(Prefix::U32Be), Some(Prefix::U32Be));
        let ended = run(a, b, pair, no_limits(), &Cut::default()).await;
        assert_eq!(ended.outcome, Outcome::BadFrame, "{ended:?}");
        let mut wanted = whole.clone();
        wanted.push(Prefix::U32Be.torn());
        assert_eq!(read_all(&mut target).await, wanted);
    }
}

#[tokio::test]
async fn a_sink_that_is_full_still_gets_the_byte_that_tears_it() {
    let ((mut client, a), (mut target, ferrys)) = (end(), UnixStream::pair().unwrap());
    // Full to the last byte.
    for piece in [&[0; 1000][..], &[0]] {
        while socket2::SockRef::from(&ferrys).send(piece).is_ok() {}
    }
    say(&mut client, &[0, 0]).await;
    drop(client);
    let (cut, pair) = (Cut::default(), flows(Some(Prefix::U32Be), Some(Prefix::U32Be)));
    let mut ferry = pin!(run(a, Stream::Unix(ferrys).into(), pair, no_limits(), &cut));
    let early = tokio::time::timeout(Duration::from_millis(50), ferry.as_mut()).await;
    assert!(early.is_err(), "{early:?}");
    let (ended, got) = tokio::join!(ferry, read_all(&mut target));
    assert_eq!(ended.outcome, Outcome::BadFrame, "{ended:?}");
    assert_eq!(got.last(), Some(&Prefix::U32Be.torn()));
}

#[tokio::test]
async fn what_a_sink_has_taken_counts_though_it_takes_no_more() {
    for to in [Prefix::U32Be, Prefix::U16Le] {
        let ((client, a), (mut target, b)) = (end(), end());
        let messages = vec![vec![5; 700]; 1000];
        let (cut, pair) = (Cut::default(), flows(Some(Prefix::U32Be), Some(to)));
        let mut ferry = pin!(run(a, b, pair, no_limits(), &cut));
        let speak = say_in_pieces(client, framed(Prefix::U32Be, &messages), vec![40_000]);
        let stuck = async { tokio::join!(ferry.as_mut(), speak) };
        let early = tokio::time::timeout(Duration::from_millis(100), stuck).await;
        assert!(early.is_err(), "the target never reads");
        cut.pull();
        let (ended, got) = tokio::join!(ferry, read_all(&mut target));
        let whole = got.len() / to.head(700).unwrap().as_slice().len().saturating_add(700);
        assert!(whole > 10);
        assert_eq!(ended.to_target.messages as usize, whole, "{to:?}: {ended:?}");
        assert_eq!(ended.to_target.bytes as usize, whole * 700);
    }
}

#[tokio::test]
async fn an_announced_length_costs_no_memory_before_its_bytes_come() {
    let ((mut client, a), (_target, b)) = (end(), end());
    let (up, down) = (
        MessageFlow::new(Some(Prefix::U32Be), Some(Prefix::U32Be), 1 << 31),
        MessageFlow::new(Some(Prefix::U32Be), Some(Prefix::U32Be), 1 << 31),
    );
    say(&mut client, &(1u32 << 31).to_be_bytes()).await;
    say(&mut client, &[0; 1000]).await;
    let before = resident();
    let cut = Cut::default();
    let waiting = run(a, b, (up, down), no_limits(), &cut);
    let ended = tokio::time::timeout(Duration::from_millis(50), waiting).await;
    assert!(ended.is_err(), "{ended:?}");
    let grown = resident().saturating_sub(before);
    assert!(grown < 8 << 20, "{grown} bytes for a message of which 1,000 bytes came");
}

/// Resident memory in bytes; proc(5), statm.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

/// A connection that always has something to do must not keep a thread for
/// itself: it is not tokio's budget that ends its turn.
#[tokio::test]
async fn a_busy_connection_lets_others_have_a_turn_and_goes_on() {
    let ((mut client, a), (target, b)) = (end(), end());
    let flow = || MessageFlow::new(Some(Prefix::U32Be), Some(Prefix::U32Be), 1 << 20).with_turn(2);
    let frames = [Prefix::U32Be.head(996).unwrap().as_slice(), &[7; 996]].concat().repeat(100);
    client.write_all(&frames).await.unwrap();
    let cut = Cut::default();
    let ferry = tokio::task::coop::unconstrained(run(a, b, (flow(), flow()), no_limits(), &cut));
    let mut ferry = tokio_test::task::spawn(ferry);
    let mut turns = 0;
    let mut got = vec![0; frames.len()];
    let mut have = 0;
    while have < frames.len() {
        assert!(ferry.poll().is_pending());
        // Nothing has come meanwhile: it has woken itself.
        turns += u32::from(ferry.is_woken());
        match target.try_read(&mut got[have..]) {
            Ok(more) => have += more,
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock),
        }
        tokio::task::yield_now().await;
    }
    assert!(got == frames);
    assert!(turns > 0, "all in one turn");
}

/// Nothing is kept back so that more may go along: the clock is paused, and only
/// a timer could move it.
#[tokio::test(start_paused = true)]
async fn a_lone_message_goes_on_at_once_whatever_the_framings() {
    for (near, far) in [(Prefix::U32Be, Prefix::U32Be), (Prefix::U16Le, Prefix::Varint)] {
        let ((mut client, a), (mut target, b)) = (end(), end());
        let (sent, wanted) = (framed(near, &[b"one".to_vec()]), framed(far, &[b"one".to_vec()]));
        let talk = async {
            let started = Instant::now();
            for _ in 0..3 {
                say(&mut client, &sent).await;
                let mut got = vec![0; wanted.len()];
                target.read_exact(&mut got).await.unwrap();
                assert!(got == wanted, "{got:?}");
            }
            assert_eq!(started.elapsed(), Duration::ZERO);
            drop((client, target));
        };
        let cut = Cut::default();
        let carried = run(a, b, flows(Some(near), Some(far)), no_limits(), &cut);
        tokio::join!(carried, talk);
    }
}

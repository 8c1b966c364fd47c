//! Every listening end with every dialling end: what goes in comes out.

use rstest::rstest;

use crate::harness::ends::{Kind, preamble};
use crate::harness::payload::assert_same;
use crate::harness::{Framing, Gateway, Site, bridge, noise};

/// Around the sizes at which others cut: buffers, pipes, socket queues.
const SIZES: [usize; 12] =
    [0, 1, 2, 4095, 4096, 4097, 65534, 65535, 65536, 65537, 262_144, 1 << 20];

#[rstest]
fn bytes_arrive_whole_both_ways_with_both_ends_ended_in_turn(
    #[values(Kind::Pipe, Kind::Unix, Kind::Abstract, Kind::Tcp, Kind::Tls)] near: Kind,
    #[values(Kind::Pipe, Kind::Unix, Kind::Tcp, Kind::Tls)] far: Kind,
) {
    let site = Site::new();
    let (target, connect) = far.target(&site, None);
    let config = preamble(&site) + &bridge(&near.listen(&site, None), &connect, "");
    let gateway = Gateway::start(&site, config);
    for (round, &size) in SIZES.iter().enumerate() {
        let question = noise(round as u64, size);
        let answer = noise(round as u64 + 100, size);
        let mut client = near.client(&site, &gateway);
        let asking = std::thread::spawn({
            let question = question.clone();
            move || {
                client.send(&question);
                client.finish();
                client.rest()
            }
        });
        let mut service = target.accept();
        assert_same("to the target", &service.rest(), &question);
        service.send(&answer);
        service.finish();
        assert_same("to the client", &asking.join().unwrap(), &answer);
    }
    let total: usize = SIZES.iter().sum();
    let records = gateway.wait_records(SIZES.len());
    for record in &records {
        assert_eq!(record.outcome, "done", "{record:?}");
        assert_eq!(record.to_target, record.to_client, "{record:?}");
    }
    assert_eq!(records.iter().map(|record| record.to_target).sum::<u64>(), total as u64);
    let bytes = gateway.metrics();
    for direction in ["to_target", "to_client"] {
        let labels = [("bridge", "one"), ("direction", direction)];
        assert_eq!(bytes.get("bytes_total", &labels), Some(total as f64));
    }
}

#[rstest]
fn messages_arrive_one_by_one_and_whole(
    #[values(Kind::Pipe, Kind::Unix, Kind::Abstract, Kind::Packet, Kind::Tcp, Kind::Tls)]
    near: Kind,
    #[values(Kind::Pipe, Kind::Unix, Kind::Packet, Kind::Tcp, Kind::Tls)] far: Kind,
) {
    let site = Site::new();
    let framing = Framing::U32Be;
    let (target, connect) = far.target(&site, Some(framing));
    let listen = near.listen(&site, Some(framing));
    let config = preamble(&site) + &bridge(&listen, &connect, "mode = \"message\"");
    let gateway = Gateway::start(&site, config);
    converse(&site, &gateway, near, &target, (framing, framing), &SIZES);
    let record = gateway.ended("done");
    let count = Some(SIZES.len() as u64);
    assert_eq!(record.number("messages_to_target"), count, "{record:?}");
    assert_eq!(record.number("messages_to_client"), count, "{record:?}");
}

/// Asks and answers one message of every size, then a burst of them, then ends.
fn converse(
    site: &Site,
    gateway: &Gateway,
    near: Kind,
    target: &crate::harness::Target,
    (near_framing, far_framing): (Framing, Framing),
    sizes: &[usize],
) {
    let mut client = near.message_client(site, gateway, near_framing);
    let asked: Vec<Vec<u8>> = sizes.iter().map(|&size| noise(size as u64, size)).collect();
    let answered: Vec<Vec<u8>> = sizes.iter().map(|&size| noise(!size as u64, size)).collect();
    let client = std::thread::spawn({
        let (asked, answered) = (asked.clone(), answered.clone());
        move || {
            asked.iter().for_each(|message| client.send(message));
            client.finish();
            for message in &answered {
                assert_same("to the client", &client.recv().expect("a message"), message);
            }
            assert_eq!(client.recv(), None, "nothing comes after the last");
        }
    });
    let mut service = target.accept_messages(far_framing);
    for message in &asked {
        assert_same("to the target", &service.recv().expect("a message"), message);
    }
    assert_eq!(service.recv(), None, "nothing comes after the last");
    answered.iter().for_each(|message| service.send(message));
    service.finish();
    client.join().unwrap();
}

#[rstest]
fn one_framing_becomes_another(
    #[values(
        Framing::U32Be,
        Framing::U32Le,
        Framing::U16Be,
        Framing::U16Le,
        Framing::Varint
    )]
    near: Framing,
    #[values(
        Framing::U32Be,
        Framing::U32Le,
        Framing::U16Be,
        Framing::U16Le,
        Framing::Varint
    )]
    far: Framing,
) {
    let site = Site::new();
    let (target, connect) = Kind::Tcp.target(&site, Some(far));
    let listen = Kind::Unix.listen(&site, Some(near));
    let gateway = Gateway::start(&site, bridge(&listen, &connect, "mode = \"message\""));
    let limit = near.limit().min(far.limit());
    let sizes: Vec<usize> = [
        0,
        1,
        127,
        128,
        129,
        255,
        256,
        16383,
        16384,
        65535,
        65536,
        1 << 20,
        (16 << 20) - 1,
        16 << 20,
    ]
    .into_iter()
    .filter(|&size| size <= limit)
    .collect();
    converse(&site, &gateway, Kind::Unix, &target, (near, far), &sizes);
    gateway.ended("done");
}

#[rstest]
fn packets_become_frames_and_frames_packets(#[values(true, false)] packets_come_in: bool) {
    let (near, far) =
        if packets_come_in { (Kind::Packet, Kind::Tcp) } else { (Kind::Tcp, Kind::Packet) };
    let site = Site::new();
    let framing = Framing::Varint;
    let (target, connect) = far.target(&site, Some(framing));
    let listen = near.listen(&site, Some(framing));
    let gateway = Gateway::start(&site, bridge(&listen, &connect, "mode = \"message\""));
    let mut client = near.message_client(&site, &gateway, framing);
    let sender = std::thread::spawn(move || {
        for index in 0..5000u32 {
            client.send(&index.to_be_bytes()[..(index % 5) as usize]);
        }
        client.finish();
        client
    });
    let mut service = target.accept_messages(framing);
    for index in 0..5000u32 {
        let message = service.recv().unwrap_or_else(|| panic!("message {index}"));
        assert_eq!(message, index.to_be_bytes()[..(index % 5) as usize], "message {index}");
    }
    assert_eq!(service.recv(), None);
    drop(service);
    let mut client = sender.join().unwrap();
    assert_eq!(client.recv(), None);
    assert_eq!(gateway.ended("done").number("messages_to_target"), Some(5000));
}

#[test]
fn a_frame_that_comes_byte_by_byte_is_one_message() {
    let site = Site::new();
    let (target, connect) = Kind::Packet.target(&site, None);
    let connect = connect.replace(" }", ", framing = \"packet\" }");
    let listen = Kind::Tcp.listen(&site, Some(Framing::U32Be));
    let gateway = Gateway::start(&site, bridge(&listen, &connect, "mode = \"message\""));
    let mut client = gateway.tcp("one");
    client.socket().set_nodelay(true).unwrap();
    for byte in b"\0\0\0\x05hello\0\0\0\0\0\0\0\x02ab" {
        client.send(&[*byte]);
        std::thread::yield_now();
    }
    client.finish();
    let mut service = target.accept_messages(Framing::U32Be);
    assert_eq!(service.recv().unwrap(), b"hello");
    assert_eq!(service.recv().unwrap(), b"");
    assert_eq!(service.recv().unwrap(), b"ab");
    assert_eq!(service.recv(), None);
}

#[test]
fn both_directions_flow_at_once_without_waiting_for_each_other() {
    const AMOUNT: usize = 24 << 20;
    let site = Site::new();
    let (target, connect) = Kind::Unix.target(&site, None);
    let gateway = Gateway::start(&site, bridge("\"tcp:127.0.0.1:0\"", &connect, ""));
    let client = gateway.tcp("one").socket().try_clone().unwrap();
    let service = target.accept();
    let crate::harness::Duplex::Unix(service) = service else { unreachable!() };
    let (down, up) = (noise(7, AMOUNT), noise(8, AMOUNT));
    std::thread::scope(|scope| {
        use std::io::{Read, Write};
        scope.spawn(|| (&client).write_all(&up).unwrap());
        scope.spawn(|| (&service).write_all(&down).unwrap());
        let got_down = scope.spawn(|| {
            let mut bytes = vec![0; AMOUNT];
            (&client).read_exact(&mut bytes).unwrap();
            assert_same("to the client", &bytes, &down);
        });
        let mut bytes = vec![0; AMOUNT];
        (&service).read_exact(&mut bytes).unwrap();
        assert_same("to the target", &bytes, &up);
        got_down.join().unwrap();
    });
}

#[test]
fn bytes_and_messages_count_while_the_connection_lives() {
    let site = Site::new();
    let (target, connect) = Kind::Tcp.target(&site, Some(Framing::U32Be));
    let gateway =
        Gateway::start(&site, bridge("\"tcp:127.0.0.1:0\"", &connect, "mode = \"message\""));
    let mut client = gateway.tcp("one");
    client.send(b"\0\0\0\x03abc\0\0\0\x02de");
    let mut service = target.accept();
    assert_eq!(service.exactly(13), b"\0\0\0\x03abc\0\0\0\x02de");
    let labels = [("bridge", "one"), ("direction", "to_target")];
    gateway.metric_reaches("messages_total", &labels, 2.0);
    assert!(gateway.metrics().value("bytes_total", &labels) >= 5.0);
    gateway.metric_reaches("connections_open", &labels[..1], 1.0);
    assert!(gateway.records().is_empty());
}

#[test]
fn a_client_that_connects_by_ipv6_is_carried() {
    let site = Site::new();
    let (target, connect) = Kind::Tcp.target(&site, None);
    let gateway = Gateway::start(&site, bridge("\"tcp:[::1]:0\"", &connect, ""));
    assert!(gateway.at("one").is_ipv6());
    let mut client = gateway.tcp("one");
    client.send(b"over six");
    client.finish();
    assert_eq!(target.accept().rest(), b"over six");
}

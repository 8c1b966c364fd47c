//! Peers that mean harm: what they take must have a bound, and they must not
//! get further than they may.

use std::io::{IoSlice, Write};
use std::mem::MaybeUninit;
use std::os::fd::AsFd;
use std::time::Duration;

use rstest::rstest;
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};

use crate::harness::authority::Leaf;
use crate::harness::ends::{Kind, preamble};
use crate::harness::packet::Packets;
use crate::harness::{Duplex, End, Framing, Gateway, Messages, Site, Target, bridge, tls};

#[rstest]
fn descriptors_sent_along_are_not_kept(#[values(true, false)] packets: bool) {
    let site = Site::new();
    let (target, connect) = Kind::Tcp.target(&site, Some(Framing::U32Be));
    let kind = if packets { Kind::Packet } else { Kind::Unix };
    let listen = kind.listen(&site, Some(Framing::U32Be));
    let gateway = Gateway::start(&site, bridge(&listen, &connect, "mode = \"message\""));
    let client = kind.message_client(&site, &gateway, Framing::U32Be);
    let mut service = target.accept_messages(Framing::U32Be);
    let file = std::fs::File::open("/dev/null").unwrap();
    let socket = match &client {
        Messages::Packets(packets) => packets.as_fd(),
        Messages::Framed(Duplex::Unix(stream), _) => stream.as_fd(),
        Messages::Framed(..) => unreachable!(),
    };
    let before = gateway.descriptors();
    let message: &[u8] = if packets { b"gift" } else { b"\0\0\0\x04gift" };
    for _ in 0..200 {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(3))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        let gifts = [file.as_fd(), file.as_fd(), file.as_fd()];
        assert!(control.push(SendAncillaryMessage::ScmRights(&gifts)));
        sendmsg(socket, &[IoSlice::new(message)], &mut control, SendFlags::empty()).unwrap();
        assert_eq!(service.recv().unwrap(), b"gift");
    }
    assert_eq!(gateway.descriptors(), before);
}

#[rstest]
#[case::longest(Framing::U32Be, &[0xff, 0xff, 0xff, 0xff], "oversize")]
#[case::longest_little(Framing::U32Le, &[0xff, 0xff, 0xff, 0xff], "oversize")]
#[case::one_more_than_allowed(Framing::U32Be, &[0x01, 0x00, 0x00, 0x01], "oversize")]
#[case::longest_varint(Framing::Varint, &[0xff, 0xff, 0xff, 0xff, 0x0f], "oversize")]
#[case::beyond_32_bits(Framing::Varint, &[0xff, 0xff, 0xff, 0xff, 0x1f], "bad_frame")]
#[case::six_bytes(Framing::Varint, &[0xff, 0xff, 0xff, 0xff, 0xff, 0x01], "bad_frame")]
fn an_impossible_length_ends_the_connection_before_its_bytes_come(
    #[case] framing: Framing,
    #[case] head: &[u8],
    #[case] outcome: &str,
) {
    let site = Site::new();
    let (target, connect) = Kind::Tcp.target(&site, Some(Framing::U32Be));
    let listen = format!("{{ address = \"tcp:127.0.0.1:0\", framing = \"{}\" }}", framing.word());
    let gateway = Gateway::start(&site, bridge(&listen, &connect, "mode = \"message\""));
    let mut client = gateway.tcp("one");
    framing.write(&mut client, b"fine").unwrap();
    client.send(head);
    let mut service = target.accept();
    assert_eq!(service.drain(), (b"\0\0\0\x04fine".to_vec(), End::Reset));
    assert_eq!(client.drain().1, End::Reset);
    gateway.ended(outcome);
}

#[rstest]
fn a_target_that_reads_nothing_takes_no_memory_without_bound(
    #[values("byte", "message")] mode: &str,
    #[values(Kind::Unix, Kind::Tls)] near: Kind,
) {
    const CLIENTS: u64 = 16;
    let site = Site::new();
    let (target, connect) = Kind::Tcp.target(&site, None);
    let listen = near.listen(&site, None);
    let config = preamble(&site) + &bridge(&listen, &connect, &format!("mode = \"{mode}\""));
    let gateway = Gateway::start(&site, config);
    let message = [&16384u32.to_be_bytes()[..], &[5; 16384]].concat();
    let mut parties = Vec::new();
    let before = gateway.resident();
    for _ in 0..CLIENTS {
        let mut client = near.client(&site, &gateway).wait_at_most(Duration::from_millis(300));
        parties.push(target.accept());
        // Until it blocks; a bound of its own, should it never.
        for _ in 0..8192 {
            if client.write_all(&message).is_err() {
                break;
            }
        }
        parties.push(client);
    }
    let grown = gateway.resident().saturating_sub(before);
    assert!(grown < CLIENTS * (1 << 20), "{grown} bytes for {CLIENTS} stuck clients");
}

#[test]
fn what_is_cut_inside_a_message_never_reaches_a_packet_target() {
    let site = Site::new();
    let (target, connect) = Kind::Packet.target(&site, Some(Framing::U32Be));
    let config = bridge("\"tcp:127.0.0.1:0\"", &connect, "mode = \"message\"");
    let gateway = Gateway::start(&site, config);
    let mut client = gateway.tcp("one");
    client.send(b"\0\0\0\x05whole");
    client.send(b"\0\x10\0\0only the beginning of a megabyte");
    let mut service = target.accept_messages(Framing::U32Be);
    assert_eq!(service.recv().unwrap(), b"whole");
    client.reset();
    assert!(!matches!(service.try_recv(), Ok(Some(_))), "a part passed for a message");
    gateway.ended("client_gone");
}

#[test]
fn a_certificate_with_very_many_names_is_judged_and_logged_in_bounds() {
    let site = Site::new();
    let target = Target::tcp();
    let listen = "{ address = \"tls:127.0.0.1:0\", identity = \"gateway\", allow = [{ dns = \"n1999.x\" }] }";
    let config = site.identity("gateway") + &bridge(listen, &format!("\"{}\"", target.address), "");
    let gateway = Gateway::start(&site, config);
    let leaf = (0..2000).fold(Leaf::named("many"), |leaf, at| leaf.dns(&format!("n{at}.x")));
    let issued = site.authority().issue(leaf);
    let dialled = tls::dial(gateway.at("one"), tls::client_config(&site, Some(&issued)));
    // Let in or refused: a bound on names may stand in the way. Never a crash.
    drop(dialled);
    let record = gateway.record();
    assert!(record.text("identity").len() < 2000, "{}", record.text("identity").len());
}

#[test]
fn a_flood_of_connections_leaves_no_descriptor_behind() {
    let site = Site::new();
    let (target, connect) = Kind::Unix.target(&site, None);
    let listen = Kind::Tls.listen(&site, None);
    let gateway = Gateway::start(&site, preamble(&site) + &bridge(&listen, &connect, ""));
    target.serve(crate::harness::target::echo);
    let before = gateway.descriptors();
    for round in 0..200 {
        let mut client = match round % 4 {
            0 => Duplex::tcp(gateway.at("one")),
            _ => Kind::Tls.client(&site, &gateway),
        };
        let _ = client.write_all(b"hello");
        match round % 4 {
            1 => client.cut(),
            2 => client.reset(),
            3 => {
                client.exactly(5);
                client.finish();
                client.rest();
            }
            _ => drop(client),
        }
    }
    gateway.wait_records(200);
    gateway.metric_reaches("connections_open", &[("bridge", "one")], 0.0);
    let after = gateway.descriptors();
    assert!(after <= before + 2, "{before} descriptors before, {after} after");
}

#[test]
fn an_empty_packet_that_comes_at_once_is_a_message_not_the_end() {
    for _ in 0..50 {
        let site = Site::new();
        let (target, connect) = Kind::Tcp.target(&site, Some(Framing::U32Be));
        let listen = Kind::Packet.listen(&site, Some(Framing::U32Be));
        let gateway = Gateway::start(&site, bridge(&listen, &connect, "mode = \"message\""));
        let client = Packets::dial(site.path("near.sock"));
        client.send(b"").unwrap();
        client.send(b"").unwrap();
        client.finish();
        assert_eq!(target.accept().rest(), [0; 8]);
        drop(client);
        gateway.wait_records(1);
    }
}

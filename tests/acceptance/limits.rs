//! Limits and timeouts, and the outcome word that each of them gives.

use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

use crate::harness::ends::Kind;
use crate::harness::{Duplex, End, Framing, Gateway, Messages, Site, Target, eventually};

/// One bridge from TCP to the target, with more keys.
fn gateway(site: &Site, target: &Target, more: &str) -> Gateway {
    let config = format!(
        "[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = \"{}\"\n{more}\n",
        target.address
    );
    Gateway::start(site, config)
}

/// Ends within its limit and not before.
fn took(start: Instant, at_least_ms: u64) {
    let elapsed = start.elapsed();
    assert!(elapsed >= Duration::from_millis(at_least_ms), "ended after {elapsed:?}");
}

#[test]
fn silence_both_ways_ends_a_connection_as_idle() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = gateway(&site, &target, "idle_timeout = \"300ms\"");
    let start = Instant::now();
    let mut client = gateway.tcp("one");
    let _service = target.accept();
    assert_eq!(client.drain().0, b"");
    took(start, 290);
    gateway.ended("idle");
}

#[test]
fn one_direction_that_flows_keeps_a_connection_from_being_idle() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = gateway(&site, &target, "idle_timeout = \"600ms\"");
    let mut client = gateway.tcp("one");
    let mut service = target.accept();
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(1500) {
        service.send(b".");
        assert_eq!(client.exactly(1), b".");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(gateway.records().is_empty());
}

#[test]
fn a_half_that_stays_silent_after_the_other_has_ended_is_half_closed() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = gateway(&site, &target, "half_close_timeout = \"300ms\"");
    let mut client = gateway.tcp("one");
    let mut service = target.accept();
    let start = Instant::now();
    client.finish();
    assert_eq!(service.rest(), b"");
    client.drain();
    took(start, 290);
    gateway.ended("half_closed");
}

#[test]
fn a_half_that_goes_on_flowing_is_not_cut_by_the_half_close_timeout() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = gateway(&site, &target, "half_close_timeout = \"500ms\"");
    let mut client = gateway.tcp("one");
    let mut service = target.accept();
    client.finish();
    assert_eq!(service.rest(), b"");
    for _ in 0..30 {
        service.send(b".");
        assert_eq!(client.exactly(1), b".");
        std::thread::sleep(Duration::from_millis(50));
    }
    service.finish();
    assert_eq!(client.rest(), b"");
    gateway.ended("done");
}

#[test]
fn no_connection_lives_longer_than_max_lifetime() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = gateway(&site, &target, "max_lifetime = \"400ms\"");
    let start = Instant::now();
    let mut client = gateway.tcp("one");
    let mut service = target.accept();
    // Busy to the end: only the lifetime can end it.
    client.write_fails();
    took(start, 390);
    let _ = service.drain();
    gateway.ended("lifetime");
}

#[test]
fn more_clients_than_max_connections_wait_and_are_served_later() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = gateway(&site, &target, "max_connections = 2");
    let mut first = gateway.tcp("one");
    let _second = gateway.tcp("one");
    let (mut one, mut two) = (target.accept(), target.accept());
    let mut third = gateway.tcp("one");
    third.send(b"patient");
    gateway.metric_reaches("connections_waiting", &[("bridge", "one")], 1.0);
    assert!(target.untouched(), "the third client reached the target");
    assert_eq!(gateway.metrics().get("connections_open", &[("bridge", "one")]), Some(2.0));
    // One of the two goes, whichever service belongs to it.
    first.finish();
    drop(first);
    one.finish();
    two.finish();
    assert_eq!(target.accept().exactly(7), b"patient");
}

#[test]
fn the_limit_of_all_bridges_together_holds_across_them() {
    let site = Site::new();
    let target = Target::tcp();
    let to = &target.address;
    let gateway = Gateway::start(
        &site,
        format!(
            "max_connections = 1\n[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = \"{to}\"\n\
             [bridge.two]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = \"{to}\"\n"
        ),
    );
    let mut first = gateway.tcp("one");
    first.send(b"1");
    let mut service = target.accept();
    assert_eq!(service.exactly(1), b"1");
    let mut other = gateway.tcp("two");
    other.send(b"2");
    gateway.metric_reaches("connections_waiting", &[("bridge", "two")], 1.0);
    assert!(target.untouched(), "the second bridge went over the common limit");
    drop(first);
    drop(service);
    assert_eq!(target.accept().exactly(1), b"2");
}

/// A TLS bridge to the target that takes one connection at a time.
fn single_tls(site: &Site, target: &Target) -> Gateway {
    let config = format!(
        "{}[bridge.one]\nmax_connections = 1\nconnect = \"{}\"\n\
         listen = {{ address = \"tls:127.0.0.1:0\", identity = \"gateway\", allow = \"any\" }}\n",
        site.identity("gateway"),
        target.address
    );
    Gateway::start(site, config)
}

#[test]
fn clients_that_only_connect_take_no_place_from_one_that_is_let_in() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = single_tls(&site, &target);
    let _silent: Vec<Duplex> = (0..50).map(|_| Duplex::tcp(gateway.at("one"))).collect();
    let mut client = Kind::Tls.client(&site, &gateway);
    client.send(b"served");
    assert_eq!(target.accept().exactly(6), b"served");
}

#[test]
fn a_tls_client_beyond_max_connections_waits_and_is_served_later() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = single_tls(&site, &target);
    let mut first = Kind::Tls.client(&site, &gateway);
    first.send(b"1");
    let mut service = target.accept();
    assert_eq!(service.exactly(1), b"1");
    let mut second = Kind::Tls.client(&site, &gateway);
    second.send(b"2");
    // Let in, and held back behind that.
    let shaken = [("bridge", "one"), ("end", "listen")];
    gateway.metric_reaches("handshake_seconds_count", &shaken, 2.0);
    gateway.metric_reaches("connections_waiting", &shaken[..1], 1.0);
    assert!(target.untouched(), "the second client reached the target");
    first.finish();
    service.finish();
    assert_eq!(target.accept().exactly(1), b"2");
}

#[test]
fn a_target_that_refuses_is_dial_failed_and_the_client_is_told_by_a_reset() {
    let site = Site::new();
    // Bound, so that nobody else gets the port, and not listening.
    let deaf = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    deaf.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    let address = format!("tcp:{}", deaf.local_addr().unwrap().as_socket().unwrap());
    let gateway = Gateway::start(
        &site,
        format!("[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = \"{address}\"\n"),
    );
    let mut client = gateway.tcp("one");
    let (bytes, end) = client.drain();
    assert_eq!((bytes.as_slice(), end), (&b""[..], End::Reset), "not a clean end that was none");
    let record = gateway.ended("dial_failed");
    assert!(!record.text("reason").is_empty(), "the log says why: {record:?}");
}

#[test]
fn a_target_that_never_answers_is_dial_failed_after_connect_timeout() {
    let site = Site::new();
    // TLS towards a server that accepts and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let config = format!(
        "{}[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\nconnect_timeout = \"300ms\"\n\
         connect = {{ address = \"tls:localhost:{port}\", identity = \"gateway\" }}\n",
        site.identity("gateway")
    );
    let gateway = Gateway::start(&site, config);
    let start = Instant::now();
    let mut client = gateway.tcp("one");
    assert_ne!(client.drain().1, End::Clean);
    took(start, 290);
    gateway.ended("dial_failed");
}

#[test]
fn a_client_that_never_shakes_hands_is_handshake_failed_after_its_timeout() {
    let site = Site::new();
    let target = Target::tcp();
    let config = format!(
        "{}[bridge.one]\nhandshake_timeout = \"300ms\"\nconnect = \"{}\"\n\
         listen = {{ address = \"tls:127.0.0.1:0\", identity = \"gateway\", allow = \"any\" }}\n",
        site.identity("gateway"),
        target.address
    );
    let gateway = Gateway::start(&site, config);
    let start = Instant::now();
    let mut client = Duplex::tcp(gateway.at("one"));
    let _ = client.drain();
    took(start, 290);
    gateway.ended("handshake_failed");
    assert!(target.untouched());
}

#[test]
fn a_message_longer_than_max_message_ends_the_connection_and_none_of_it_arrives() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = gateway(&site, &target, "mode = \"message\"\nmax_message = \"4KiB\"");
    let mut client = Messages::Framed(gateway.tcp("one"), Framing::U32Be);
    client.send(&[7; 4096]);
    client.send(&[8; 4097]);
    let mut service = Messages::Framed(target.accept(), Framing::U32Be);
    assert_eq!(service.recv().unwrap(), vec![7; 4096], "what came before is delivered");
    let Messages::Framed(mut service, _) = service else { unreachable!() };
    assert_eq!(service.drain(), (vec![], End::Reset));
    let record = gateway.ended("oversize");
    assert_eq!(record.number("messages_to_target"), Some(1));
}

#[test]
fn a_message_that_the_other_framing_cannot_say_is_oversize() {
    let site = Site::new();
    let target = Target::tcp();
    let config = format!(
        "[bridge.one]\nmode = \"message\"\nlisten = \"tcp:127.0.0.1:0\"\n\
         connect = {{ address = \"{}\", framing = \"u16be\" }}\n",
        target.address
    );
    let gateway = Gateway::start(&site, config);
    let mut client = Messages::Framed(gateway.tcp("one"), Framing::U32Be);
    client.send(&[1; 65535]);
    client.send(&[2; 65536]);
    let mut service = target.accept();
    assert_eq!(Framing::U16Be.read(&mut service).unwrap().unwrap(), vec![1; 65535]);
    assert_eq!(service.drain(), (vec![], End::Reset));
    gateway.ended("oversize");
}

#[test]
fn an_announced_length_takes_no_memory_before_its_bytes_have_come() {
    let site = Site::new();
    let target = Target::tcp();
    let mut gateway = gateway(&site, &target, "mode = \"message\"\nmax_message = \"1GiB\"");
    let before = gateway.resident();
    let clients: Vec<Duplex> = (0..64)
        .map(|_| {
            let mut client = gateway.tcp("one");
            client.send(&(1u32 << 30).to_be_bytes());
            client.send(b"a little of it");
            client
        })
        .collect();
    gateway.metric_reaches("connections_open", &[("bridge", "one")], 64.0);
    let grown = gateway.resident().saturating_sub(before);
    assert!(grown < 64 << 20, "{grown} bytes for 64 announced gibibytes");
    assert!(gateway.running());
    drop(clients);
}

#[test]
fn the_outcome_counters_are_there_before_the_first_connection() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = gateway(&site, &target, "");
    let metrics = eventually("a scrape", || Some(gateway.metrics()));
    for outcome in "done client_gone target_gone idle lifetime half_closed drained cut denied \
                    handshake_failed dial_failed oversize bad_frame"
        .split_whitespace()
    {
        let labels = [("bridge", "one"), ("outcome", outcome)];
        assert_eq!(metrics.get("connections_total", &labels), Some(0.0), "{outcome}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn as_many_threads_carry_as_were_asked_for() {
    let threads = |text: &str| {
        let site = Site::new();
        let target = Target::tcp();
        let bridge = format!(
            "[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = \"{}\"\n",
            target.address
        );
        let gateway = Gateway::start(&site, format!("{text}{bridge}"));
        std::fs::read_dir(format!("/proc/{}/task", gateway.pid())).unwrap().count()
    };
    assert_eq!(threads("threads = 7\n") - threads("threads = 2\n"), 5);
}

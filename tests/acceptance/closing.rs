//! The table "How a connection ends", row by row.

use rstest::rstest;

use crate::harness::authority::Leaf;
use crate::harness::ends::{Kind, preamble};
use crate::harness::payload::assert_same;
use crate::harness::{Duplex, End, Framing, Gateway, Site, Target, noise, tls};

struct Scene {
    gateway: Gateway,
    target: Target,
    near: Kind,
    site: Site,
}

impl Scene {
    fn new(near: Kind, far: Kind, more: &str) -> Self {
        let site = Site::new();
        let (target, connect) = far.target(&site, None);
        let listen = near.listen(&site, None);
        let config = preamble(&site)
            + &format!("[bridge.one]\nlisten = {listen}\nconnect = {connect}\n{more}\n");
        Self { gateway: Gateway::start(&site, config), target, near, site }
    }

    /// A client and the service that it reaches, with a word exchanged.
    fn pair(&self) -> (Duplex, Duplex) {
        let mut client = self.near.client(&self.site, &self.gateway);
        client.send(b"hello");
        let mut service = self.target.accept();
        assert_eq!(service.exactly(5), b"hello");
        service.send(b"welcome");
        assert_eq!(client.exactly(7), b"welcome");
        (client, service)
    }
}

#[rstest]
fn data_comes_back_long_after_the_client_has_ended_its_half(
    #[values(Kind::Unix, Kind::Tcp, Kind::Tls)] near: Kind,
    #[values(Kind::Unix, Kind::Tcp, Kind::Tls)] far: Kind,
) {
    let scene = Scene::new(near, far, "");
    let (mut client, mut service) = scene.pair();
    client.finish();
    assert_eq!(service.rest(), b"");
    let late = noise(3, 3 << 20);
    let sending = std::thread::spawn({
        let late = late.clone();
        move || {
            service.send(&late);
            service.finish();
        }
    });
    assert_same("to the client", &client.rest(), &late);
    sending.join().unwrap();
    scene.gateway.ended("done");
}

#[rstest]
fn data_still_goes_out_after_the_target_has_ended_its_half(
    #[values(Kind::Unix, Kind::Tcp, Kind::Tls)] near: Kind,
    #[values(Kind::Unix, Kind::Tcp, Kind::Tls)] far: Kind,
) {
    let scene = Scene::new(near, far, "");
    let (mut client, mut service) = scene.pair();
    service.finish();
    assert_eq!(client.rest(), b"");
    let late = noise(4, 3 << 20);
    let sending = std::thread::spawn({
        let late = late.clone();
        move || {
            client.send(&late);
            client.finish();
        }
    });
    assert_same("to the target", &service.rest(), &late);
    sending.join().unwrap();
    scene.gateway.ended("done");
}

#[rstest]
fn a_client_that_closes_in_full_ends_the_target_cleanly(
    #[values(Kind::Pipe, Kind::Unix, Kind::Tcp)] near: Kind,
) {
    let scene = Scene::new(near, Kind::Tcp, "");
    let (client, mut service) = scene.pair();
    drop(client);
    assert_eq!(service.rest(), b"");
    drop(service);
    scene.gateway.ended("done");
}

#[rstest]
fn a_target_that_closes_in_full_ends_the_client_cleanly(
    #[values(Kind::Pipe, Kind::Unix, Kind::Tcp)] far: Kind,
) {
    let scene = Scene::new(Kind::Tcp, far, "");
    let (mut client, mut service) = scene.pair();
    service.send(b"goodbye");
    drop(service);
    assert_eq!(client.rest(), b"goodbye");
    drop(client);
    scene.gateway.ended("done");
}

#[rstest]
fn a_reset_by_the_client_is_a_reset_at_the_target(
    #[values(Kind::Tcp, Kind::Tls)] near: Kind,
    #[values(Kind::Tcp, Kind::Tls)] far: Kind,
) {
    let scene = Scene::new(near, far, "");
    let (client, mut service) = scene.pair();
    client.reset();
    let (bytes, end) = service.drain();
    assert_eq!(bytes, b"");
    assert_ne!(end, End::Clean, "a reset must never look like a clean end");
    if far == Kind::Tcp {
        assert_eq!(end, End::Reset);
    }
    scene.gateway.ended("client_gone");
}

#[rstest]
fn a_reset_by_the_target_is_a_reset_at_the_client(
    #[values(Kind::Tcp, Kind::Tls)] near: Kind,
    #[values(Kind::Tcp, Kind::Tls)] far: Kind,
) {
    let scene = Scene::new(near, far, "");
    let (mut client, service) = scene.pair();
    service.reset();
    let (bytes, end) = client.drain();
    assert_eq!(bytes, b"");
    assert_ne!(end, End::Clean, "a reset must never look like a clean end");
    if near == Kind::Tcp {
        assert_eq!(end, End::Reset);
    }
    scene.gateway.ended("target_gone");
}

#[test]
fn tls_cut_without_close_notify_is_a_reset_at_the_target_after_what_came_before() {
    let scene = Scene::new(Kind::Tls, Kind::Tcp, "");
    let (mut client, mut service) = scene.pair();
    client.send(b"the last words");
    client.cut();
    let (bytes, end) = service.drain();
    assert_eq!((bytes.as_slice(), end), (&b"the last words"[..], End::Reset));
    scene.gateway.ended("client_gone");
}

#[test]
fn tls_cut_by_the_target_is_no_clean_end_for_a_tls_client() {
    let scene = Scene::new(Kind::Tls, Kind::Tls, "");
    let (mut client, mut service) = scene.pair();
    service.send(b"the last words");
    service.cut();
    let (bytes, end) = client.drain();
    assert_eq!(bytes, b"the last words");
    assert_ne!(end, End::Clean);
    scene.gateway.ended("target_gone");
}

#[test]
fn what_came_before_a_cut_is_delivered_to_a_slow_reader_first() {
    const AMOUNT: usize = 4 << 20;
    let scene = Scene::new(Kind::Tls, Kind::Tcp, "");
    let (mut client, mut service) = scene.pair();
    let all = noise(5, AMOUNT);
    let sending = std::thread::spawn({
        let all = all.clone();
        move || {
            client.send(&all);
            client.cut();
        }
    });
    // Reads nothing until the client has gone: the end is in the queue now.
    let first = service.exactly(1);
    let mut got = [first, service.exactly(AMOUNT / 2)].concat();
    let (rest, end) = service.drain();
    sending.join().unwrap();
    got.extend_from_slice(&rest);
    assert_same("to the target", &got, &all);
    assert_eq!(end, End::Reset);
    scene.gateway.ended("client_gone");
}

#[rstest]
fn a_slow_reader_gets_all_of_it_before_the_end(
    #[values(Kind::Unix, Kind::Tcp, Kind::Tls)] far: Kind,
) {
    const AMOUNT: usize = 32 << 20;
    let scene = Scene::new(Kind::Tcp, far, "");
    let (mut client, mut service) = scene.pair();
    let all = noise(6, AMOUNT);
    let sending = std::thread::spawn({
        let all = all.clone();
        move || {
            client.send(&all);
            drop(client);
        }
    });
    let mut got = Vec::with_capacity(AMOUNT);
    while got.len() < AMOUNT {
        got.extend(service.exactly((1 << 20).min(AMOUNT - got.len())));
        std::thread::yield_now();
    }
    assert_eq!(service.rest(), b"");
    sending.join().unwrap();
    assert_same("to the target", &got, &all);
    service.finish();
    drop(service);
    scene.gateway.ended("done");
}

#[test]
fn a_target_that_takes_no_more_aborts_the_client() {
    let scene = Scene::new(Kind::Tcp, Kind::Unix, "");
    let (mut client, service) = scene.pair();
    // Gone with unread bytes in its queue: a write to it fails with EPIPE.
    client.send(b"unread");
    drop(service);
    client.write_fails();
    assert_eq!(scene.gateway.ended("target_gone").bridge, "one");
}

#[test]
fn a_client_that_takes_no_more_aborts_the_target() {
    let scene = Scene::new(Kind::Unix, Kind::Tcp, "half_close_timeout = \"500ms\"");
    let (client, mut service) = scene.pair();
    let Duplex::Unix(client) = client else { unreachable!() };
    client.shutdown(std::net::Shutdown::Read).unwrap();
    service.write_fails();
    scene.gateway.ended("client_gone");
}

#[test]
fn a_unix_client_that_has_left_in_full_is_over_though_the_target_stays_silent() {
    let scene = Scene::new(Kind::Unix, Kind::Tcp, "half_close_timeout = \"1h\"");
    let (mut client, mut service) = scene.pair();
    client.send(b"the last words");
    drop(client);
    assert_eq!(service.rest(), b"the last words");
    scene.gateway.ended("done");
}

#[test]
fn a_plain_fin_is_a_clean_end_where_close_notify_is_optional() {
    let site = Site::new();
    let target = Target::tcp();
    let config = preamble(&site)
        + &format!(
            "[bridge.one]\nlisten = {{ address = \"tls:127.0.0.1:0\", identity = \"gateway\", \
             allow = \"any\", close_notify = \"optional\" }}\nconnect = \"{}\"\n",
            target.address
        );
    let gateway = Gateway::start(&site, config);
    let issued = site.leaf("client", Leaf::named("client"));
    let mut client =
        tls::dial(gateway.at("one"), tls::client_config(&site, Some(&issued))).unwrap();
    client.send(b"no goodbye");
    client.socket().shutdown(std::net::Shutdown::Write).unwrap();
    let mut service = target.accept();
    assert_eq!(service.rest(), b"no goodbye");
    service.send(b"answered all the same");
    service.finish();
    assert_eq!(client.rest(), b"answered all the same");
    gateway.ended("done");
}

#[test]
fn a_stream_that_ends_inside_a_frame_is_a_bad_frame_and_delivers_what_was_whole() {
    for broken in [&b"\0\0"[..], b"\0\0\0\x05hel", b"\0\0\0\x05"] {
        let site = Site::new();
        let target = Target::tcp();
        let gateway = Gateway::start(
            &site,
            format!(
                "[bridge.one]\nmode = \"message\"\nlisten = \"tcp:127.0.0.1:0\"\nconnect = \"{}\"\n",
                target.address
            ),
        );
        let mut client = gateway.tcp("one");
        client.send(b"\0\0\0\x05whole");
        client.send(broken);
        client.finish();
        let mut service = target.accept();
        let (bytes, end) = service.drain();
        assert_eq!(bytes, b"\0\0\0\x05whole", "nothing of a frame that was cut");
        assert_eq!(end, End::Reset);
        gateway.ended("bad_frame");
    }
}

#[test]
fn a_varint_that_never_ends_is_a_bad_frame() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = Gateway::start(
        &site,
        format!(
            "[bridge.one]\nmode = \"message\"\n\
             listen = {{ address = \"tcp:127.0.0.1:0\", framing = \"varint\" }}\nconnect = \"{}\"\n",
            target.address
        ),
    );
    let mut client = gateway.tcp("one");
    client.send(&[0xff; 64]);
    let mut service = target.accept();
    assert_eq!(service.drain(), (vec![], End::Reset));
    assert_eq!(client.drain().1, End::Reset);
    gateway.ended("bad_frame");
}

#[test]
fn messages_end_in_order_after_a_half_close_between_packets_and_frames() {
    let site = Site::new();
    let (target, connect) = Kind::Packet.target(&site, Some(Framing::U32Be));
    let config = format!(
        "[bridge.one]\nmode = \"message\"\nlisten = \"tcp:127.0.0.1:0\"\nconnect = {connect}\n"
    );
    let gateway = Gateway::start(&site, config);
    let mut client = gateway.tcp("one");
    client.send(b"\0\0\0\x03ask");
    client.finish();
    let mut service = target.accept_messages(Framing::U32Be);
    assert_eq!(service.recv().unwrap(), b"ask");
    assert_eq!(service.recv(), None);
    service.send(b"answer");
    service.send(b"");
    service.finish();
    assert_eq!(client.rest(), b"\0\0\0\x06answer\0\0\0\0");
    gateway.ended("done");
}

#[rstest]
fn a_gateway_that_is_killed_leaves_no_clean_end_on_tcp(
    #[values(Kind::Tcp, Kind::Tls)] near: Kind,
    #[values(Kind::Tcp, Kind::Tls)] far: Kind,
) {
    let scene = Scene::new(near, far, "");
    let (mut client, mut service) = scene.pair();
    scene.gateway.signal(rustix::process::Signal::KILL);
    for end in [client.drain().1, service.drain().1] {
        assert!(matches!(end, End::Reset | End::Truncated), "{end:?}");
    }
}

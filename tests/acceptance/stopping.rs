//! Stopping: drain, limit, second signal, and what is left behind.

use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use rstest::rstest;
use rustix::process::Signal;

use crate::harness::target::echo;
use crate::harness::{Duplex, End, Gateway, Site, Target, admin, eventually, pipeferry, ran};

fn unix_gateway(site: &Site, target: &Target, top: &str) -> Gateway {
    Gateway::start(
        site,
        format!(
            "{top}\n[bridge.one]\nlisten = \"unix:{}\"\nconnect = \"{}\"\n",
            site.at("one.sock"),
            target.address
        ),
    )
}

fn carried(site: &Site, target: &Target) -> (Duplex, Duplex) {
    target.carried(Duplex::unix(site.path("one.sock")))
}

/// Waits until it says that it is not ready any more.
fn draining(gateway: &Gateway) {
    eventually("readiness to turn false", || {
        (admin::get(gateway.admin(), "/readyz").status == 503).then_some(())
    });
}

#[test]
fn whoever_comes_when_the_listener_has_closed_is_refused_and_reaches_no_target() {
    let site = Site::new();
    let target = Target::tcp();
    let mut gateway = unix_gateway(&site, &target, "");
    let (mut client, mut service) = carried(&site, &target);
    gateway.terminate();
    draining(&gateway);
    let knock = || std::os::unix::net::UnixStream::connect(site.path("one.sock"));
    eventually("the listener to close", || knock().is_err().then_some(()));
    // Those that were in the queue until then are served, and have left.
    while target.try_accept().is_some() {}
    assert!(knock().is_err());
    assert!(target.untouched());
    client.finish();
    service.finish();
    assert_eq!((client.rest(), service.rest()), (vec![], vec![]));
    assert_eq!(gateway.wait_exit(), 0);
}

#[rstest]
fn without_connections_a_signal_ends_it_at_once_with_code_0(
    #[values(Signal::TERM, Signal::INT)] signal: Signal,
) {
    let site = Site::new();
    let target = Target::tcp();
    let mut gateway = unix_gateway(&site, &target, "");
    let start = Instant::now();
    gateway.signal(signal);
    assert_eq!(gateway.wait_exit(), 0);
    assert!(start.elapsed() < Duration::from_secs(5));
    assert!(!site.path("one.sock").exists(), "the socket file is gone");
}

#[test]
fn a_running_connection_finishes_while_it_drains() {
    let site = Site::new();
    let target = Target::tcp();
    let mut gateway = unix_gateway(&site, &target, "");
    let (mut client, mut service) = carried(&site, &target);
    gateway.terminate();
    draining(&gateway);
    client.send(b"still here");
    assert_eq!(service.exactly(10), b"still here");
    service.send(b"goodbye");
    service.finish();
    assert_eq!(client.rest(), b"goodbye");
    client.finish();
    assert_eq!(service.rest(), b"");
    assert_eq!(gateway.wait_exit(), 0);
    assert_eq!(gateway.record().outcome, "drained");
}

#[test]
fn readiness_turns_false_while_liveness_stays_when_it_drains() {
    let site = Site::new();
    let target = Target::tcp();
    let mut gateway = unix_gateway(&site, &target, "");
    assert_eq!(admin::get(gateway.admin(), "/readyz").status, 200);
    let (client, service) = carried(&site, &target);
    gateway.terminate();
    draining(&gateway);
    assert_eq!(admin::get(gateway.admin(), "/livez").status, 200);
    assert!(gateway.metrics().0.contains("pipeferry_connections_open"));
    drop((client, service));
    assert_eq!(gateway.wait_exit(), 0);
}

#[test]
fn the_limit_of_a_drain_cuts_what_is_left_and_says_so_with_code_1() {
    let site = Site::new();
    let target = Target::tcp();
    let mut gateway = unix_gateway(&site, &target, "drain_timeout = \"400ms\"");
    let (_client, mut service) = carried(&site, &target);
    let start = Instant::now();
    gateway.terminate();
    assert_eq!(gateway.wait_exit(), 1);
    assert!(start.elapsed() >= Duration::from_millis(390));
    assert_eq!(gateway.record().outcome, "cut");
    assert_eq!(service.drain().1, End::Reset, "cut is no clean end");
}

#[test]
fn a_second_signal_cuts_at_once() {
    let site = Site::new();
    let target = Target::tcp();
    let mut gateway = unix_gateway(&site, &target, "drain_timeout = \"1h\"");
    let (_client, mut service) = carried(&site, &target);
    gateway.terminate();
    draining(&gateway);
    gateway.signal(Signal::INT);
    assert_eq!(gateway.wait_exit(), 1);
    assert_eq!(gateway.record().outcome, "cut");
    assert_eq!(service.drain().1, End::Reset);
}

#[test]
fn a_handshake_under_way_is_called_off_by_the_drain() {
    let site = Site::new();
    let target = Target::tcp();
    let mut gateway = Gateway::start(
        &site,
        format!(
            "{}[bridge.one]\nconnect = \"{}\"\nhandshake_timeout = \"1h\"\n\
             listen = {{ address = \"tls:127.0.0.1:0\", identity = \"gateway\", allow = \"any\" }}\n",
            site.identity("gateway"),
            target.address
        ),
    );
    let before = gateway.descriptors();
    let _silent = Duplex::tcp(gateway.at("one"));
    eventually("it to be accepted", || (gateway.descriptors() > before).then_some(()));
    let start = Instant::now();
    assert_eq!(gateway.stop(), 0);
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(gateway.record().outcome, "drained");
}

#[test]
fn a_stale_socket_file_is_taken_over() {
    let site = Site::new();
    drop(UnixListener::bind(site.path("one.sock")).unwrap());
    assert!(site.path("one.sock").exists());
    let target = Target::tcp();
    let _gateway = unix_gateway(&site, &target, "");
    carried(&site, &target);
}

#[test]
fn a_socket_left_by_a_killed_gateway_is_taken_over() {
    let site = Site::new();
    let target = Target::tcp();
    let mut first = unix_gateway(&site, &target, "");
    first.signal(Signal::KILL);
    eventually("it to die", || (!first.running()).then_some(()));
    assert!(site.path("one.sock").exists());
    let _second = unix_gateway(&site, &target, "");
    carried(&site, &target);
}

/// Starts a gateway that must not come up, and gives its complaint.
fn fails_to_start(site: &Site, listen: &str) -> String {
    let config = site.write(
        "second.toml",
        format!("[bridge.two]\nlisten = \"{listen}\"\nconnect = \"tcp:127.0.0.1:1\"\n"),
    );
    let ran = ran(&mut pipeferry(&["run", "--config", config.to_str().unwrap()]));
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    ran.stderr
}

#[test]
fn a_live_socket_is_never_taken_over() {
    let site = Site::new();
    let target = Target::tcp();
    let _gateway = unix_gateway(&site, &target, "");
    target.serve(echo);
    let complaint = fails_to_start(&site, &format!("unix:{}", site.at("one.sock")));
    assert!(complaint.contains("one.sock"), "{complaint}");
    let mut client = Duplex::unix(site.path("one.sock"));
    client.send(b"still ours");
    assert_eq!(client.exactly(10), b"still ours");
}

#[test]
fn a_live_socket_whose_queue_is_full_is_never_taken_over() {
    let site = Site::new();
    let socket = socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::STREAM, None).unwrap();
    socket.bind(&socket2::SockAddr::unix(site.path("one.sock")).unwrap()).unwrap();
    socket.listen(0).unwrap();
    let waiting = Duplex::unix(site.path("one.sock"));
    fails_to_start(&site, &format!("unix:{}", site.at("one.sock")));
    assert!(site.path("one.sock").exists());
    drop(waiting);
}

#[test]
fn a_file_that_is_no_socket_is_never_removed() {
    let site = Site::new();
    site.write("one.sock", "precious");
    fails_to_start(&site, &format!("unix:{}", site.at("one.sock")));
    assert_eq!(site.read("one.sock"), "precious");
}

#[test]
fn a_port_in_use_is_said_with_its_address() {
    let site = Site::new();
    let taken = Target::tcp();
    let complaint = fails_to_start(&site, &taken.address);
    assert!(complaint.contains(&taken.port().to_string()), "{complaint}");
}

#[test]
fn two_gateways_share_a_port_where_reuse_port_is_on() {
    let site = Site::new();
    let target = Target::tcp();
    let config = |port: u16| {
        format!(
            "[bridge.one]\nlisten = {{ address = \"tcp:127.0.0.1:{port}\", reuse_port = true }}\n\
             connect = \"{}\"\n",
            target.address
        )
    };
    let first = Gateway::start_as(&site, "first.toml", config(0));
    let port = first.at("one").port();
    let second = Gateway::start_as(&site, "second.toml", config(port));
    assert_eq!(second.at("one").port(), port);
}

/// It is called off, which loses nothing: the exit code says so.
#[rstest]
fn a_client_that_was_not_carried_yet_at_the_drains_limit_was_not_cut(
    #[values("0s", "300ms")] limit: &str,
) {
    let site = Site::new();
    let config = format!(
        "drain_timeout = \"{limit}\"\n{}[bridge.one]\nconnect = \"tcp:127.0.0.1:1\"\n\
         listen = {{ address = \"tls:127.0.0.1:0\", identity = \"gateway\", allow = \"any\" }}\n",
        site.identity("gateway"),
    );
    let mut gateway = Gateway::start(&site, config);
    let _silent = gateway.tcp("one");
    gateway.metric_reaches("connections_waiting", &[("bridge", "one")], 1.0);
    assert_eq!(gateway.stop(), 0);
    assert_eq!(gateway.wait_records(1)[0].outcome, "drained");
    assert!(gateway.lines("cutting off connections").is_empty());
}

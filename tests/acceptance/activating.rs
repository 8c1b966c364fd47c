//! Sockets that are handed over: `fd:NAME`, by systemd-socket-activate and by
//! the scene itself, which keeps its sockets as systemd does.

use std::net::TcpListener;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::Command;

use rstest::rstest;

use crate::harness::activation::{Socket, handing, start};
use crate::harness::authority::Leaf;
use crate::harness::gateway::completed;
use crate::harness::packet::Packets;
use crate::harness::target::echo;
use crate::harness::{Duplex, End, Gateway, Site, Target, check, pipeferry, ran, tls};

fn echo_service() -> String {
    let target = Target::tcp();
    let address = target.address.clone();
    target.serve(echo);
    address
}

fn bridge(listen: &str, connect: &str) -> String {
    format!("[bridge.one]\nlisten = {listen}\nconnect = \"{connect}\"\n")
}

fn carries(client: &mut Duplex) {
    client.send(b"there and back");
    assert_eq!(client.exactly(14), b"there and back");
}

fn started(site: &Site, sockets: &[(&str, BorrowedFd<'_>)], config: &str) -> Gateway {
    let config = completed(config);
    Gateway::spawn_as_is(handing(site, sockets, &config), &config)
}

/// What a daemon says that does not start.
fn refused(command: &mut Command) -> String {
    let said = ran(command);
    assert_ne!(said.code, 0, "{}", said.stderr);
    said.stderr
}

#[test]
fn the_client_whose_coming_started_it_is_served_and_the_file_stays_at_the_end() {
    let site = Site::new();
    let path = site.at("s");
    let sockets = [Socket { at: &path, name: "orders" }];
    let config = bridge("\"fd:orders\"", &echo_service());
    let (mut gateway, client) =
        start(&site, &[], &sockets, &config, || UnixStream::connect(&path).ok());
    let mut client = Duplex::Unix(client).patient();
    carries(&mut client);
    let line = &gateway.lines("listening")[0];
    assert_eq!((line.text("address"), line.text("socket")), ("fd:orders", &*path));
    client.finish();
    assert_eq!(client.rest(), b"");
    assert_eq!(gateway.stop(), 0);
    assert!(site.path("s").exists(), "what systemd made is systemd's to remove");
}

#[test]
fn a_packet_socket_carries_messages() {
    let site = Site::new();
    let (path, target) = (site.at("s"), Target::packet(&site, "target"));
    let listen = "{ address = \"fd:orders\", framing = \"packet\" }";
    let connect = format!("{{ address = \"{}\", framing = \"packet\" }}", target.address);
    let config =
        format!("[bridge.one]\nmode = \"message\"\nlisten = {listen}\nconnect = {connect}\n");
    let sockets = [Socket { at: &path, name: "orders" }];
    let (_gateway, client) = start(&site, &["--seqpacket"], &sockets, &config, || {
        std::panic::catch_unwind(|| Packets::dial(&path)).ok()
    });
    client.send(b"whole").unwrap();
    let mut service = target.accept_messages(crate::harness::Framing::U32Be);
    assert_eq!(service.recv().unwrap(), b"whole");
}

#[test]
fn tcp_and_tls_are_spoken_on_handed_sockets_side_by_side() {
    let site = Site::new();
    let (plain, secret) = (local_tcp(), local_tcp());
    let identity = site.identity("gw");
    let client = site.leaf("client", Leaf::localhost("client"));
    let service = echo_service();
    let config = format!(
        "{identity}[bridge.plain]\nlisten = \"fd:plain\"\nconnect = \"{service}\"\n[bridge.secret]\nlisten = {{ address = \"fd:secret\", identity = \"gw\", allow = [{{ dns = \"localhost\" }}] }}\nconnect = \"{service}\"\n"
    );
    let sockets = [("secret", secret.as_fd()), ("plain", plain.as_fd())];
    let gateway = started(&site, &sockets, &config);
    carries(&mut Duplex::tcp(plain.local_addr().unwrap()));
    let at = secret.local_addr().unwrap();
    carries(&mut tls::dial(at, tls::client_config(&site, Some(&client))).unwrap());
    let refused = tls::refusal(tls::dial(at, tls::client_config(&site, None)));
    assert_eq!(refused, rustls::AlertDescription::CertificateRequired);
    let socket = gateway
        .lines("listening")
        .iter()
        .map(|line| line.text("socket").to_owned())
        .collect::<Vec<_>>();
    assert!(socket.contains(&at.to_string()), "{socket:?}");
}

fn local_tcp() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

#[test]
fn accounts_are_asked_for_on_a_handed_unix_socket() {
    let site = Site::new();
    let socket = UnixListener::bind(site.path("s")).unwrap();
    let listen = "{ address = \"fd:one\", allow = [{ user = 4711 }] }";
    let ours = rustix::process::geteuid().as_raw();
    let config = bridge(listen, &echo_service());
    let gateway = started(&site, &[("one", socket.as_fd())], &config);
    let mut client = Duplex::unix(site.path("s"));
    if ours == 0 {
        // Root always may.
        return carries(&mut client);
    }
    assert_eq!(client.drain().0, b"");
    gateway.ended("denied");
}

#[test]
fn a_name_that_was_not_handed_over_is_told_which_are() {
    let site = Site::new();
    let (one, two) = (local_tcp(), local_tcp());
    let config = completed(&bridge("\"fd:orders\"", "tcp:127.0.0.1:1"));
    let sockets = [("billing", one.as_fd()), ("mail", two.as_fd())];
    let said = refused(&mut handing(&site, &sockets, &config));
    assert!(said.contains("bridge `one`: cannot listen on fd:orders"), "{said}");
    assert!(said.contains("there is `billing`, `mail`"), "{said}");
    let twice = [("orders", one.as_fd()), ("orders", two.as_fd())];
    let said = refused(&mut handing(&site, &twice, &config));
    assert!(said.contains("2 sockets are called so"), "{said}");
}

#[test]
fn what_was_handed_to_another_process_is_not_taken() {
    let site = Site::new();
    let config = completed(&bridge("\"fd:orders\"", "tcp:127.0.0.1:1"));
    let path = site.write("pipeferry.toml", &config);
    let mut command = pipeferry(&["run", "--config", path.to_str().unwrap()]);
    command.env("LISTEN_FDS", "1").env("LISTEN_FDNAMES", "orders").env("LISTEN_PID", "1");
    let said = refused(&mut command);
    assert!(said.contains("no sockets were handed to this process"), "{said}");
}

#[test]
fn sockets_that_are_not_there_are_an_error() {
    let site = Site::new();
    let socket = local_tcp();
    let config = completed(&bridge("\"fd:orders\"", "tcp:127.0.0.1:1"));
    let mut command = handing(&site, &[("orders", socket.as_fd())], &config);
    command.env("LISTEN_FDS", "900").env_remove("LISTEN_FDNAMES");
    let said = refused(&mut command);
    assert!(said.contains("LISTEN_FDS says 900, and not all of them are there"), "{said}");
}

#[rstest]
#[case("{ address = \"fd:a\", allow = [{ user = 1 }] }", "whose clients have no account")]
#[case("\"fd:b\"", "it does not listen")]
fn a_socket_of_another_kind_is_refused(#[case] listen: &str, #[case] why: &str) {
    let site = Site::new();
    let tcp = local_tcp();
    let (one_end, _other) = UnixStream::pair().unwrap();
    let config = completed(&bridge(listen, "tcp:127.0.0.1:1"));
    let sockets = [("a", tcp.as_fd()), ("b", one_end.as_fd())];
    let said = refused(&mut handing(&site, &sockets, &config));
    assert!(said.contains(why), "{said}");
}

#[test]
fn tls_is_not_spoken_on_a_unix_socket_and_packets_are_not_a_stream() {
    let site = Site::new();
    let identity = site.identity("gw");
    let stream = UnixListener::bind(site.path("s")).unwrap();
    let packets = Packets::listen(site.path("p"));
    let said = |name: &str, socket: BorrowedFd<'_>, config: &str| {
        refused(&mut handing(&site, &[(name, socket)], &completed(config)))
    };
    let tls = "{ address = \"fd:a\", identity = \"gw\", allow = \"any\" }";
    let tls = format!("{identity}{}", bridge(tls, "tcp:127.0.0.1:1"));
    let why = said("a", stream.as_fd(), &tls);
    assert!(why.contains("TLS is spoken on TCP only"), "{why}");
    let why = said("a", packets.as_fd(), &bridge("\"fd:a\"", "tcp:127.0.0.1:1"));
    assert!(why.contains("it is a SEQPACKET socket"), "{why}");
    let packet = "[bridge.one]\nmode = \"message\"\nlisten = { address = \"fd:a\", framing = \"packet\" }\nconnect = \"tcp:127.0.0.1:1\"\n";
    let why = said("a", stream.as_fd(), packet);
    assert!(why.contains("it is a stream"), "{why}");
}

#[test]
fn a_fifo_is_no_socket() {
    let site = Site::new();
    let path = site.fifo("f");
    let fifo = std::fs::File::options().read(true).write(true).open(&path).unwrap();
    let config = completed(&bridge("\"fd:a\"", "tcp:127.0.0.1:1"));
    let said = refused(&mut handing(&site, &[("a", fifo.as_fd())], &config));
    assert!(said.contains("it is a FIFO; write `fifo:PATH`"), "{said}");
}

#[test]
fn a_reload_can_let_a_socket_go_and_take_it_again() {
    let site = Site::new();
    let socket = UnixListener::bind(site.path("s")).unwrap();
    let service = echo_service();
    let other =
        format!("[bridge.other]\nlisten = \"unix:{}\"\nconnect = \"{service}\"\n", site.at("o"));
    let both = format!("{other}{}", bridge("\"fd:one\"", &service));
    let gateway = started(&site, &[("one", socket.as_fd())], &both);
    let mut first = Duplex::unix(site.path("s"));
    carries(&mut first);

    Gateway::rewrite(&site, &other);
    assert_eq!(gateway.hang_up(1).text("removed"), "one");
    // Nobody serves it; whoever comes waits.
    let mut waits = Duplex::unix(site.path("s"));
    waits.send(b"patience");

    Gateway::rewrite(&site, &both);
    assert_eq!(gateway.hang_up(2).text("added"), "one");
    assert_eq!(waits.exactly(8), b"patience");
    carries(&mut first);

    // Another kind is asked of it: it is taken anew, and the old one let go.
    let rules = bridge("{ address = \"fd:one\", allow = [{ user = 1 }, { user = 0 }] }", &service);
    Gateway::rewrite(&site, format!("{other}{rules}"));
    assert_eq!(gateway.hang_up(3).text("moved"), "one");
    carries(&mut Duplex::unix(site.path("s")));
    assert!(site.path("s").exists());
}

#[test]
fn a_bridge_that_stays_does_not_notice_a_reload() {
    let site = Site::new();
    let socket = local_tcp();
    let config = bridge("\"fd:one\"", &echo_service());
    let gateway = started(&site, &[("one", socket.as_fd())], &config);
    let mut client = Duplex::tcp(socket.local_addr().unwrap());
    carries(&mut client);
    Gateway::rewrite(&site, config.replace("[bridge.one]", "[bridge.one]\nidle_timeout = \"1h\""));
    assert_eq!(gateway.hang_up(1).text("changed"), "one");
    carries(&mut client);
    carries(&mut Duplex::tcp(socket.local_addr().unwrap()));
    client.finish();
    assert_eq!(client.drain(), (vec![], End::Clean));
}

#[test]
fn a_socket_that_no_bridge_serves_is_warned_of() {
    let site = Site::new();
    let (one, two) = (local_tcp(), local_tcp());
    let config = bridge("\"fd:one\"", "tcp:127.0.0.1:1");
    let sockets = [("one", one.as_fd()), ("two", two.as_fd())];
    let gateway = started(&site, &sockets, &config);
    let warned = gateway.lines("a socket was handed over, and no bridge listens on it");
    assert_eq!(warned.len(), 1);
    assert_eq!(warned[0].text("name"), "two");
}

#[test]
fn check_says_that_it_does_not_look_at_handed_sockets() {
    let site = Site::new();
    let path = site.write("pipeferry.toml", bridge("\"fd:one\"", "tcp:127.0.0.1:1"));
    let said = check(&path).good();
    assert!(
        said.stdout.contains("fd:one\n    socket                 not looked at"),
        "{}",
        said.stdout
    );
}

//! The corners in which such tools are known to fail.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::harness::program::{Program, piped};
use crate::harness::target::echo;
use crate::harness::{
    Duplex, End, Framing, Gateway, Messages, Site, Target, admin, bridge, check, eventually,
    pipeferry, ran,
};

#[test]
fn a_message_larger_than_the_packet_sockets_buffer_ends_as_oversize_not_as_a_hang() {
    let site = Site::new();
    let target = Target::packet(&site, "p.sock");
    let connect = format!("{{ address = \"{}\", framing = \"packet\" }}", target.address);
    let config =
        bridge("\"tcp:127.0.0.1:0\"", &connect, "mode = \"message\"\nmax_message = \"1GiB\"");
    let gateway = Gateway::start(&site, config);
    let mut client = Messages::Framed(gateway.tcp("one"), Framing::U32Be);
    client.send(b"small");
    let mut service = target.accept_messages(Framing::U32Be);
    assert_eq!(service.recv().unwrap(), b"small");
    let sending = std::thread::spawn(move || {
        let Messages::Framed(mut client, framing) = client else { unreachable!() };
        let _ = framing.write(&mut client, &vec![1; 600 << 20]);
        client
    });
    let outcome = gateway.record().outcome;
    assert_eq!(outcome, "oversize");
    drop(sending.join().unwrap());
    assert!(!matches!(service.try_recv(), Ok(Some(_))), "nothing of it is delivered");
}

#[test]
fn a_dial_into_a_full_queue_ends_after_connect_timeout() {
    let site = Site::new();
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&"127.0.0.1:0".parse::<std::net::SocketAddr>().unwrap().into()).unwrap();
    socket.listen(0).unwrap();
    let at = socket.local_addr().unwrap().as_socket().unwrap();
    // Fills the queue: further SYNs are dropped.
    let _filling: Vec<_> = (0..4)
        .map_while(|_| std::net::TcpStream::connect_timeout(&at, Duration::from_millis(300)).ok())
        .collect();
    let connect = format!("\"tcp:{at}\"");
    let config = bridge("\"tcp:127.0.0.1:0\"", &connect, "connect_timeout = \"400ms\"");
    let gateway = Gateway::start(&site, config);
    let start = Instant::now();
    assert_eq!(gateway.tcp("one").drain().1, End::Reset);
    assert!(start.elapsed() >= Duration::from_millis(390));
    gateway.ended("dial_failed");
}

#[test]
fn a_name_with_several_addresses_is_dialled_until_one_answers() {
    let site = Site::new();
    let target = Target::tcp();
    // localhost is ::1 too on most machines, where nobody listens.
    let connect = format!("\"tcp:localhost:{}\"", target.port());
    let gateway = Gateway::start(&site, bridge("\"tcp:127.0.0.1:0\"", &connect, ""));
    let mut client = gateway.tcp("one");
    client.send(b"x");
    assert_eq!(target.accept().exactly(1), b"x");
}

#[test]
fn a_pipe_that_is_not_there_yet_is_waited_for() {
    let site = Site::new();
    let pipes = site.at("{name}.sock");
    let connect = "{ address = \"pipe:late\", wait = \"20s\" }";
    let config = format!(
        "pipe_path = \"{pipes}\"\n{}",
        bridge("\"tcp:127.0.0.1:0\"", connect, "connect_timeout = \"20s\"")
    );
    let gateway = Gateway::start(&site, config);
    let mut client = gateway.tcp("one");
    client.send(b"early");
    // It has its place, and is dialled.
    gateway.metric_reaches("connections_open", &[("bridge", "one")], 1.0);
    let target = Target::unix(&site, "late.sock");
    assert_eq!(target.accept().exactly(5), b"early");
}

#[test]
fn a_pipes_name_cannot_leave_its_folder() {
    let site = Site::new();
    for name in ["../../etc/x", "a/../../b", "", ".."] {
        let listen = format!("\"pipe:{name}\"");
        let path = site.write("c.toml", bridge(&listen, "\"tcp:127.0.0.1:1\"", ""));
        let said = check(&path);
        assert_eq!(said.code, 2, "{name:?}: {}", said.stdout);
    }
}

#[test]
fn one_listener_that_fails_closes_the_others_and_leaves_no_socket_file() {
    let site = Site::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let config = format!(
        "[bridge.a]\nlisten = \"unix:{}\"\nconnect = \"tcp:127.0.0.1:1\"\n\
         [bridge.b]\nlisten = \"tcp:{}\"\nconnect = \"tcp:127.0.0.1:1\"\n\
         [bridge.c]\nlisten = \"unix:/nowhere/at/all/c.sock\"\nconnect = \"tcp:127.0.0.1:1\"\n",
        site.at("a.sock"),
        taken.local_addr().unwrap()
    );
    let path = site.write("c.toml", config);
    let said = ran(&mut pipeferry(&["run", "--config", path.to_str().unwrap()]));
    assert_eq!(said.code, 1);
    assert!(said.stderr.contains("`b`") || said.stderr.contains("b:"), "{}", said.stderr);
    assert!(said.stderr.contains("/nowhere/at/all"), "all of them at once: {}", said.stderr);
    assert!(!site.path("a.sock").exists());
}

#[test]
fn a_socket_that_now_belongs_to_another_is_not_removed_at_the_end() {
    let site = Site::new();
    let listen = format!("\"unix:{}\"", site.at("one.sock"));
    let mut gateway = Gateway::start(&site, bridge(&listen, "\"tcp:127.0.0.1:1\"", ""));
    std::fs::remove_file(site.path("one.sock")).unwrap();
    let _successor = UnixListener::bind(site.path("one.sock")).unwrap();
    let inode = std::fs::metadata(site.path("one.sock")).unwrap().ino();
    assert_eq!(gateway.stop(), 0);
    assert_eq!(std::fs::metadata(site.path("one.sock")).unwrap().ino(), inode);
    UnixStream::connect(site.path("one.sock")).unwrap();
}

#[test]
fn of_gateways_that_race_for_a_stale_socket_exactly_one_gets_it() {
    for _ in 0..5 {
        let site = Site::new();
        drop(UnixListener::bind(site.path("one.sock")).unwrap());
        let listen = format!("\"unix:{}\"", site.at("one.sock"));
        let path = site.write("c.toml", bridge(&listen, "\"tcp:127.0.0.1:1\"", ""));
        let mut racers: Vec<Program> = (0..4)
            .map(|_| {
                let mut command = piped(env!("CARGO_BIN_EXE_pipeferry"));
                command.arg("run").arg("--config").arg(&path).stderr(Stdio::null());
                Program::start(&mut command)
            })
            .collect();
        eventually("three of the four to give up", || {
            racers.retain_mut(|racer| racer.child.try_wait().unwrap().is_none());
            (racers.len() <= 1).then_some(())
        });
        eventually("the winner to answer", || UnixStream::connect(site.path("one.sock")).ok());
        assert!(racers[0].child.try_wait().unwrap().is_none());
    }
}

/// What `openssl s_client` reads when it says hello, with these flags.
fn greet(site: &Site, gateway: &Gateway, flags: &[&str]) -> String {
    let ended = gateway.records().len();
    let mut command = piped("openssl");
    command.current_dir(site.root()).args(["s_client", "-CAfile", "ca.pem"]);
    command.arg("-connect").arg(gateway.at("one").to_string()).args(flags);
    let mut client = Program::start(&mut command);
    client.write(b"hello\n");
    gateway.wait_records(ended + 1);
    client.close_stdin();
    String::from_utf8_lossy(&client.output().stdout).into_owned()
}

#[test]
fn a_tls_session_goes_on_as_who_began_it_and_not_past_the_rules() {
    let site = Site::new();
    let target = Target::tcp();
    let connect = format!("\"{}\"", target.address);
    let config = |rule: &str| {
        let listen = format!(
            "{{ address = \"tls:127.0.0.1:0\", identity = \"gateway\", allow = [{{ cn = \"{rule}\" }}] }}"
        );
        site.identity("gateway") + &bridge(&listen, &connect, "")
    };
    target.serve(|mut stream| {
        let hello = stream.exactly(6);
        stream.send(&hello);
    });
    site.identity("client");
    for version in ["-tls1_2", "-tls1_3"] {
        let session = site.at(&format!("session{version}"));
        let shown = ["-cert", "client.pem", "-key", "client.key"];
        let gateway = Gateway::start(&site, config("client"));
        let said =
            greet(&site, &gateway, &[&[version, "-sess_out", &session], &shown[..]].concat());
        assert!(said.contains("hello\n"), "{said}");
        let said = greet(&site, &gateway, &[version, "-sess_in", &session]);
        assert!(said.contains("Reused,") && said.contains("hello\n"), "{said}");
        let resumed = gateway.records().pop().unwrap();
        assert!(resumed.text("identity").starts_with("CN=client"), "{resumed:?}");
        // The ticket is worth nothing where other rules hold.
        let gateway = Gateway::start(&site, config("somebody-else"));
        let said = greet(&site, &gateway, &[version, "-sess_in", &session]);
        assert!(!said.contains("hello\n") && !said.contains("Reused,"), "{said}");
        assert_eq!(gateway.record().text("outcome"), "denied");
    }
}

#[test]
fn waiting_clients_are_counted_and_turned_away_by_a_drain() {
    let site = Site::new();
    let target = Target::tcp();
    let connect = format!("\"{}\"", target.address);
    let config = bridge("\"tcp:127.0.0.1:0\"", &connect, "max_connections = 1");
    let mut gateway = Gateway::start(&site, config);
    let mut first = gateway.tcp("one");
    first.send(b"1");
    let mut service = target.accept();
    assert_eq!(service.exactly(1), b"1");
    let mut second = gateway.tcp("one");
    gateway.terminate();
    assert_eq!(second.drain().0, b"");
    first.finish();
    assert_eq!(service.rest(), b"");
    service.finish();
    assert_eq!(first.rest(), b"");
    assert_eq!(gateway.wait_exit(), 0);
    assert!(target.untouched(), "the second client came in while it drained");
}

#[test]
fn idle_visitors_of_the_admin_page_do_not_lock_others_out() {
    let site = Site::new();
    let config = bridge("\"tcp:127.0.0.1:0\"", "\"tcp:127.0.0.1:1\"", "");
    let gateway = Gateway::start(&site, config);
    let _idle: Vec<Duplex> = (0..200)
        .map(|_| {
            let mut visitor = Duplex::tcp(gateway.admin());
            let _ = visitor.write_all(b"GET /metr");
            visitor
        })
        .collect();
    let start = Instant::now();
    assert_eq!(admin::get(gateway.admin(), "/livez").status, 200);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn a_log_that_nobody_reads_does_not_stop_the_traffic() {
    let site = Site::new();
    let target = Target::tcp();
    let connect = format!("\"{}\"", target.address);
    target.serve(echo);
    let listen = format!("\"unix:{}\"", site.at("one.sock"));
    let path = site.write("c.toml", bridge(&listen, &connect, "") + "[log]\nlevel = \"trace\"\n");
    let mut command = piped(env!("CARGO_BIN_EXE_pipeferry"));
    let mut gateway = Program::start(command.arg("run").arg("--config").arg(path));
    eventually("the socket", || UnixStream::connect(site.path("one.sock")).ok());
    for _ in 0..2000 {
        let mut client = Duplex::unix(site.path("one.sock"));
        client.send(b"x");
        assert_eq!(client.exactly(1), b"x");
    }
    // Nor does one that is gone.
    drop(gateway.child.stderr.take());
    for _ in 0..50 {
        let mut client = Duplex::unix(site.path("one.sock"));
        client.send(b"x");
        assert_eq!(client.exactly(1), b"x");
    }
    assert!(gateway.child.try_wait().unwrap().is_none());
}

#[test]
fn connect_into_a_closed_output_ends_with_code_1() {
    let target = Target::tcp();
    let mut command = piped(env!("CARGO_BIN_EXE_pipeferry"));
    let mut client = Program::start(command.args(["connect", &target.address]));
    drop(client.child.stdout.take());
    let mut service = target.accept();
    service.write_fails();
    let start = Instant::now();
    assert_eq!(client.wait().code(), Some(1));
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn connect_speaks_tls_with_the_files_it_is_given() {
    let site = Site::new();
    let target = Target::tls(&site);
    site.identity("me");
    let mut command = piped(env!("CARGO_BIN_EXE_pipeferry"));
    command.args(["connect", &target.address, "--trust"]).arg(site.path("ca.pem"));
    command.arg("--cert").arg(site.path("me.pem")).arg("--key").arg(site.path("me.key"));
    let mut client = Program::start(&mut command);
    client.write(b"secret");
    let mut service = target.accept();
    assert_eq!(service.exactly(6), b"secret");
    service.send(b"answer");
    service.finish();
    client.close_stdin();
    assert_eq!(service.rest(), b"");
    let output = client.output();
    assert_eq!(output.stdout, b"answer", "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_dialled_fifo_that_nobody_reads_is_dial_failed() {
    let site = Site::new();
    site.fifo("f");
    let connect = format!("\"fifo:{}\"", site.at("f"));
    let config = bridge("\"tcp:127.0.0.1:0\"", &connect, "connect_timeout = \"300ms\"");
    let gateway = Gateway::start(&site, config);
    assert_eq!(gateway.tcp("one").drain().1, End::Reset);
    gateway.ended("dial_failed");
}

#[test]
fn a_tls_target_that_talks_plain_text_is_dial_failed() {
    let site = Site::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.write_all(b"220 mail.example.com ESMTP\r\n");
            let _ = stream.read(&mut [0; 1000]);
        }
    });
    let connect = format!("{{ address = \"tls:localhost:{port}\", identity = \"gateway\" }}");
    let config = site.identity("gateway") + &bridge("\"tcp:127.0.0.1:0\"", &connect, "");
    let gateway = Gateway::start(&site, config);
    assert_ne!(gateway.tcp("one").drain().1, End::Clean);
    gateway.ended("dial_failed");
}

/// What `ss` says of the gateway's established sockets.
fn sockets(gateway: &Gateway) -> Vec<String> {
    let output = piped("ss").args(["-Htnop", "state", "established"]).output().unwrap();
    let owner = format!("pid={},", gateway.pid());
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().filter(|line| line.contains(&owner)).map(str::to_owned).collect()
}

#[test]
fn keepalive_probes_stand_ready_on_both_ends_unless_turned_off() {
    for (keys, expected) in [("", true), (", keepalive = false", false)] {
        let site = Site::new();
        let target = Target::tcp();
        let connect = format!("{{ address = \"{}\"{keys} }}", target.address);
        let listen = format!("{{ address = \"tcp:127.0.0.1:0\"{keys} }}");
        let gateway = Gateway::start(&site, bridge(&listen, &connect, ""));
        let _client = gateway.tcp("one");
        let _service = target.accept();
        eventually("keepalive timers as configured", || {
            let sockets = sockets(&gateway);
            let probed = sockets.iter().filter(|line| line.contains("timer:(keepalive")).count();
            (sockets.len() >= 2 && probed == if expected { 2 } else { 0 }).then_some(())
        });
    }
}

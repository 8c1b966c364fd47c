//! Another program in the place of one that runs, and no client that notices.

use std::net::TcpListener;
use std::os::fd::AsFd;
use std::os::unix::net::UnixListener;

use rustix::process::Signal;

use crate::harness::activation::handing;
use crate::harness::gateway::completed;
use crate::harness::target::echo;
use crate::harness::visitors::{Clients, Place};
use crate::harness::{Duplex, Gateway, Site, Target, eventually, pipeferry, ran};

fn echo_service() -> String {
    let target = Target::tcp();
    let address = target.address.clone();
    target.serve(echo);
    address
}

#[test]
fn clients_that_wait_in_the_queue_when_a_drain_begins_are_served() {
    let site = Site::new();
    let target = Target::tcp();
    let config = format!(
        "[bridge.tcp]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = \"{0}\"\n[bridge.unix]\nlisten = \"unix:{1}\"\nconnect = \"{0}\"\n",
        target.address,
        site.at("s")
    );
    let mut gateway = Gateway::start(&site, config);
    // Halted, it accepts nobody; the system connects them all the same. The
    // signal to stop is there before it can go on, and so many are not accepted
    // before that is looked at.
    gateway.signal(Signal::STOP);
    let mut clients: Vec<_> = (0..400).map(|_| gateway.tcp("tcp")).collect();
    clients.extend((0..400).map(|_| Duplex::unix(site.path("s"))));
    for client in &mut clients {
        client.send(b"let in");
    }
    gateway.terminate();
    gateway.signal(Signal::CONT);
    target.serves(&mut clients);
    assert_eq!(gateway.wait_exit(), 0);
    assert!(gateway.wait_records(800).iter().all(|record| record.outcome == "drained"));
}

#[test]
fn a_socket_that_is_handed_on_loses_nobody_between_two_processes() {
    let site = Site::new();
    let service = echo_service();
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let unix = UnixListener::bind(site.path("s")).unwrap();
    let config = completed(&format!(
        "[bridge.tcp]\nlisten = \"fd:tcp\"\nconnect = \"{service}\"\n[bridge.unix]\nlisten = \"fd:unix\"\nconnect = \"{service}\"\n"
    ));
    let start = || {
        let sockets = [("tcp", tcp.as_fd()), ("unix", unix.as_fd())];
        Gateway::spawn_as_is(handing(&site, &sockets, &config), &config)
    };
    let mut gateway = start();
    let near = Clients::visiting(&Place::Tcp(tcp.local_addr().unwrap()));
    let local = Clients::visiting(&Place::Unix(site.path("s")));
    for _ in 0..3 {
        near.serve_more(100);
        local.serve_more(100);
        // One after the other, as `systemctl restart` does it: meanwhile clients
        // wait in the queue of the socket.
        assert_eq!(gateway.stop(), 0);
        gateway = start();
    }
    near.serve_more(100);
    local.serve_more(100);
    assert_eq!(near.end(), Vec::<String>::new());
    assert_eq!(local.end(), Vec::<String>::new());
}

#[test]
fn whoever_waits_at_a_handed_socket_is_served_by_the_next_process() {
    let site = Site::new();
    let service = echo_service();
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let config =
        completed(&format!("[bridge.one]\nlisten = \"fd:one\"\nconnect = \"{service}\"\n"));
    let start =
        || Gateway::spawn_as_is(handing(&site, &[("one", socket.as_fd())], &config), &config);
    assert_eq!(start().stop(), 0);
    let mut waits = Duplex::tcp(socket.local_addr().unwrap());
    waits.send(b"anybody?");
    let _next = start();
    assert_eq!(waits.exactly(8), b"anybody?");
}

/// A daemon that takes the place of one with the same configuration.
fn successor(site: &Site, config: &str) -> Gateway {
    let path = site.write("pipeferry.toml", config);
    let mut command = pipeferry(&["run", "--take-over", "--config"]);
    command.arg(path);
    // Its page comes when the other has gone.
    Gateway::spawn(command, &config.replace("[admin]", ""))
}

#[test]
fn a_unix_socket_passes_to_a_successor_while_clients_come() {
    let site = Site::new();
    let config = completed(&format!(
        "[bridge.unix]\nlisten = \"unix:{}\"\nconnect = \"{}\"\n",
        site.at("s"),
        echo_service()
    ));
    let mut gateway = Gateway::start(&site, &config);
    let mut stays = Duplex::unix(site.path("s"));
    stays.send(b"1");
    assert_eq!(stays.exactly(1), b"1");
    let clients = Clients::visiting(&Place::Unix(site.path("s")));
    for _ in 0..3 {
        clients.serve_more(100);
        let next = successor(&site, &config);
        gateway.terminate();
        stays.send(b"2");
        assert_eq!(stays.exactly(1), b"2", "the old one goes on with whom it has");
        stays = Duplex::unix(site.path("s"));
        stays.send(b"1");
        assert_eq!(stays.exactly(1), b"1");
        assert_eq!(gateway.wait_exit(), 0);
        gateway = next;
    }
    clients.serve_more(100);
    assert_eq!(clients.end(), Vec::<String>::new());
    assert!(site.path("s").exists(), "the old one did not remove what is not its own");
    drop(stays);
    assert_eq!(gateway.stop(), 0);
    assert!(!site.path("s").exists());
    let left: Vec<_> =
        std::fs::read_dir(site.root()).unwrap().map(|one| one.unwrap().file_name()).collect();
    assert_eq!(left, ["pipeferry.toml"]);
}

#[test]
fn control_and_page_pass_to_a_successor_and_keep_nobody_from_starting() {
    let site = Site::new();
    let port = free_port();
    let config = format!(
        "control = \"ctl\"\nwatch = false\npipe_path = \"{}/{{name}}\"\n[admin]\nlisten = \"tcp:127.0.0.1:{port}\"\n[log]\nformat = \"json\"\n[bridge.one]\nlisten = \"unix:{}\"\nconnect = \"tcp:127.0.0.1:1\"\n",
        site.root().display(),
        site.at("s")
    );
    let mut old = Gateway::start(&site, &config);
    let status = || {
        let path = site.at("pipeferry.toml");
        ran(&mut pipeferry(&["status", "--json", "--config", &path])).good().stdout
    };
    let pid = |gateway: &Gateway| format!("\"pid\":{}", gateway.pid());
    let has = |text: &str, pid: &str| text.replace(' ', "").contains(pid);
    assert!(has(&status(), &pid(&old)));
    let new = successor(&site, &config);
    assert!(has(&status(), &pid(&new)), "whoever asks now asks the new one");
    assert_eq!(new.lines("admin listens when its address is free").len(), 1);
    assert_eq!(old.stop(), 0);
    eventually("the page to be the new one's", || {
        (new.lines("admin listening").len() == 1).then_some(())
    });
    assert!(has(&status(), &pid(&new)), "the old one did not remove its control pipe");
}

/// Two daemons need one port that both can be told; nothing else asks for it
/// while this runs.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn without_being_told_so_a_daemon_takes_nothing_from_one_that_lives() {
    let site = Site::new();
    let config = completed(&format!(
        "[bridge.unix]\nlisten = \"unix:{}\"\nconnect = \"tcp:127.0.0.1:1\"\n",
        site.at("s")
    ));
    let _lives = Gateway::start(&site, &config);
    let path = site.at("pipeferry.toml");
    let said = ran(&mut pipeferry(&["run", "--config", &path]));
    assert_ne!(said.code, 0);
    assert!(said.stderr.contains("another process listens on it"), "{}", said.stderr);
}

fn reuse_port() -> String {
    completed(&format!(
        "[bridge.tcp]\nlisten = {{ address = \"tcp:127.0.0.1:{}\", reuse_port = true }}\nconnect = \"{}\"\n",
        free_port(),
        echo_service()
    ))
}

#[test]
fn a_tcp_port_passes_to_a_successor_while_clients_come() {
    let site = Site::new();
    let config = reuse_port();
    let mut gateway = Gateway::start(&site, &config);
    let place = Place::Tcp(gateway.at("tcp"));
    let clients = Clients::visiting(&place);
    for _ in 0..5 {
        clients.serve_more(100);
        let next = Gateway::start(&site, &config);
        gateway.terminate();
        assert_eq!(gateway.wait_exit(), 0);
        gateway = next;
    }
    clients.serve_more(100);
    assert_eq!(clients.end(), Vec::<String>::new());
}

#[test]
fn a_shared_tcp_port_is_left_with_the_rights_that_a_daemon_has() {
    // Whatever else the sandbox has taken away, new clients must be kept from
    // the listener that closes.
    let site = Site::new();
    let config = reuse_port() + "[log]\nformat = \"json\"\nlevel = \"debug\"\n";
    let mut gateway = Gateway::start(&site, config.replacen("[log]\nformat = \"json\"\n", "", 1));
    assert_eq!(gateway.lines("sandboxed").len(), 1);
    assert_eq!(gateway.stop(), 0);
    let told = gateway.lines("clients that come while a listener closes are reset");
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn a_successor_that_cannot_have_a_port_takes_no_socket() {
    let site = Site::new();
    let text = |port: u16| {
        completed(&format!(
            "[bridge.unix]\nlisten = \"unix:{}\"\nconnect = \"{}\"\n\
             [bridge.tcp]\nlisten = \"tcp:127.0.0.1:{port}\"\nconnect = \"tcp:127.0.0.1:1\"\n",
            site.at("s"),
            echo_service()
        ))
    };
    let gateway = Gateway::start(&site, text(0));
    // The old one has it, and without `reuse_port`.
    let path = site.write("successor.toml", text(gateway.at("tcp").port()));
    let mut successor = crate::harness::pipeferry(&["run", "--take-over", "--config"]);
    let said = crate::harness::ran(successor.arg(path));
    assert_eq!(said.code, 1, "{}", said.stderr);
    let mut client = Duplex::unix(site.path("s"));
    client.send(b"still here");
    assert_eq!(client.exactly(10), b"still here");
}

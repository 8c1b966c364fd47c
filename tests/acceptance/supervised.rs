//! Under a real systemd: started, reloaded, watched, stopped, and restarted
//! behind a socket that systemd holds, with the unit of `deploy/` as it is
//! but for what needs the system's own manager.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::harness::systemd::Systemd;
use crate::harness::target::echo;
use crate::harness::visitors::{Clients, Place};
use crate::harness::{Duplex, Site, Target, eventually};

const UNIT: &str = "pipeferry.service";

fn echo_service() -> String {
    let target = Target::tcp();
    let address = target.address.clone();
    target.serve(echo);
    address
}

/// The configuration of one bridge, in its file.
fn configure(site: &Site, top: &str, listen: &str, connect: &str) {
    let pipes = site.root().display();
    site.write(
        "pipeferry.toml",
        format!(
            "{top}control = \"ctl\"\nwatch = false\npipe_path = \"{pipes}/{{name}}\"\n\
             [bridge.one]\nlisten = \"{listen}\"\nconnect = \"{connect}\"\n"
        ),
    );
}

/// The unit from `deploy/`; a user's manager has no other account to run it as,
/// and none of the rights that a sandbox takes.
fn unit(site: &Site, more: &str) -> String {
    let deployed = include_str!("../../deploy/pipeferry.service");
    let kept = [
        "Type=",
        "ExecStart=",
        "ExecReload=",
        "Restart=",
        "RestartSec=",
        "WatchdogSec=",
        "KillSignal=",
    ];
    let kept = deployed.lines().filter(|line| kept.iter().any(|key| line.starts_with(key)));
    let text = kept.collect::<Vec<_>>().join("\n");
    let text = text
        .replace("/usr/local/bin/pipeferry", env!("CARGO_BIN_EXE_pipeferry"))
        .replace("/etc/pipeferry/pipeferry.toml", &site.at("pipeferry.toml"));
    assert!(text.contains("Type=notify\n"), "{text}");
    format!("[Service]\n{text}\n{more}\n")
}

#[test]
fn systemd_waits_until_it_is_ready_and_shows_what_it_does() {
    let site = Site::new();
    configure(&site, "", &format!("unix:{}", site.at("s")), &echo_service());
    let systemd = Systemd::start(&site, &[(UNIT, &unit(&site, ""))]);
    systemd.good(&["start", UNIT]);
    // No waiting: to systemd it is started when it is ready.
    let mut client = Duplex::unix(site.path("s"));
    client.send(b"there");
    assert_eq!(client.exactly(5), b"there");
    systemd.until(UNIT, "StatusText", "1 bridge, 1 open connection");

    systemd.good(&["reload", UNIT]);
    site.write("pipeferry.toml", format!("{}nonsense = 1\n", site.read("pipeferry.toml")));
    let (code, _) = systemd.ask(&["reload", UNIT]);
    assert_ne!(code, 0, "a reload that failed is told to who asked for it");
    assert_eq!(systemd.of(UNIT, "ActiveState"), "active");
    let status = systemd.of(UNIT, "StatusText");
    assert!(status.contains("the last reload failed: "), "{status}");
    client.send(b"still");
    assert_eq!(client.exactly(5), b"still");
}

#[test]
fn one_that_cannot_start_is_failed_and_never_was_ready() {
    let site = Site::new();
    configure(&site, "", "unix:/no/such/folder/s", "tcp:127.0.0.1:1");
    let systemd = Systemd::start(&site, &[(UNIT, &unit(&site, "Restart=no"))]);
    assert_ne!(systemd.ask(&["start", UNIT]).0, 0);
    assert_eq!(systemd.of(UNIT, "ActiveState"), "failed");
}

#[test]
fn a_drain_may_last_longer_than_systemd_would_wait_by_itself() {
    let site = Site::new();
    configure(
        &site,
        "drain_timeout = \"1m\"\n",
        &format!("unix:{}", site.at("s")),
        &echo_service(),
    );
    let systemd = Systemd::start(&site, &[(UNIT, &unit(&site, "TimeoutStopSec=1s"))]);
    systemd.good(&["start", UNIT]);
    let mut client = Duplex::unix(site.path("s"));
    client.send(b"there");
    assert_eq!(client.exactly(5), b"there");
    systemd.good(&["stop", "--no-block", UNIT]);
    systemd.until(UNIT, "StatusText", "Draining: 1 open connection");
    let since = Instant::now();
    while since.elapsed() < Duration::from_secs(3) {
        client.send(b"still");
        assert_eq!(client.exactly(5), b"still");
        std::thread::sleep(Duration::from_millis(100));
    }
    client.finish();
    assert_eq!(client.rest(), b"");
    systemd.until(UNIT, "ActiveState", "inactive");
    assert_eq!(systemd.of(UNIT, "Result"), "success");
}

#[test]
fn one_that_hangs_is_killed_by_the_watchdog_and_started_again() {
    let site = Site::new();
    configure(&site, "", &format!("unix:{}", site.at("s")), &echo_service());
    let unit = unit(&site, "WatchdogSec=500ms\nTimeoutAbortSec=1s");
    let systemd = Systemd::start(&site, &[(UNIT, &unit)]);
    systemd.good(&["start", UNIT]);
    let pid: i32 = systemd.of(UNIT, "MainPID").parse().unwrap();
    // Well beyond its time, and alive.
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(systemd.of(UNIT, "NRestarts"), "0");
    kill_process(Pid::from_raw(pid).unwrap(), Signal::STOP).unwrap();
    systemd.until(UNIT, "NRestarts", "1");
    systemd.until(UNIT, "ActiveState", "active");
    let mut client = Duplex::unix(site.path("s"));
    client.send(b"again");
    assert_eq!(client.exactly(5), b"again");
}

#[test]
fn behind_a_socket_unit_a_restart_loses_nobody() {
    let site = Site::new();
    configure(&site, "", "fd:orders", &echo_service());
    let deployed = include_str!("../../deploy/pipeferry.socket");
    let listen = deployed.lines().find(|line| line.starts_with("ListenStream=")).unwrap();
    let socket = deployed.replace(listen, &format!("ListenStream={}", site.at("s")));
    let units = [(UNIT, &*unit(&site, "")), ("pipeferry.socket", &*socket)];
    let systemd = Systemd::start(&site, &units);
    systemd.good(&["start", "pipeferry.socket"]);
    // The first client starts it.
    let clients = Clients::visiting(&Place::Unix(site.path("s")));
    for _ in 0..3 {
        clients.serve_more(50);
        systemd.good(&["restart", UNIT]);
    }
    clients.serve_more(50);
    assert_eq!(clients.end(), Vec::<String>::new());
    systemd.good(&["stop", UNIT]);
    assert!(site.path("s").exists());
    eventually("a client to be there for the next start", || {
        std::os::unix::net::UnixStream::connect(site.path("s")).ok()
    });
}

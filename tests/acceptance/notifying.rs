//! What a service manager is told: ready, reloading, stopping, alive.
//!
//! The socket is ours, so that each datagram can be looked at; a real systemd
//! hears them in `supervised`.

use std::time::Duration;

use rustix::process::Signal;

use crate::harness::gateway::completed;
use crate::harness::manager::{Manager, Told};
use crate::harness::{Duplex, Gateway, Site, Target, eventually};

fn config(site: &Site, target: &Target, top: &str) -> String {
    let socket = site.at("one.sock");
    completed(&format!(
        "{top}\n[bridge.one]\nlisten = \"unix:{socket}\"\nconnect = \"{}\"\n",
        target.address
    ))
}

fn carried(site: &Site, target: &Target) -> (Duplex, Duplex) {
    target.carried(Duplex::unix(site.path("one.sock")))
}

fn keys(told: &Told) -> Vec<&str> {
    told.keys().map(String::as_str).collect()
}

/// A reload's two datagrams; the time in the first is between those of now.
fn reload_told(manager: &Manager) -> Told {
    let before = monotonic();
    let reloading = manager.until("RELOADING");
    assert_eq!(keys(&reloading), ["MONOTONIC_USEC", "RELOADING"]);
    assert_eq!(reloading["RELOADING"], "1");
    let said: u128 = reloading["MONOTONIC_USEC"].parse().unwrap();
    let second = 1_000_000;
    assert!((before.saturating_sub(30 * second)..=monotonic()).contains(&said));
    let ready = manager.until("READY");
    assert_eq!(keys(&ready), ["READY", "STATUS"]);
    ready
}

fn monotonic() -> u128 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    u128::from(now.tv_sec.cast_unsigned()) * 1_000_000
        + u128::from(now.tv_nsec.cast_unsigned()) / 1000
}

fn whole_life(manager: &Manager, site: &Site) {
    let target = Target::tcp();
    let config = config(site, &target, "");
    let mut gateway = Gateway::spawn(manager.starts(site, &config), &config);

    let ready = manager.next();
    assert_eq!(keys(&ready), ["READY", "STATUS"]);
    assert_eq!((&*ready["READY"], &*ready["STATUS"]), ("1", "1 bridge, 0 open connections"));

    let (mut client, mut service) = carried(site, &target);
    manager.until_status("1 bridge, 1 open connection");

    let path = site.write(
        "pipeferry.toml",
        config.replace("[bridge.one]", "[bridge.one]\nidle_timeout = \"1h\""),
    );
    gateway.signal(Signal::HUP);
    assert_eq!(reload_told(manager)["STATUS"], "1 bridge, 1 open connection");

    std::fs::write(path, "nonsense").unwrap();
    gateway.signal(Signal::HUP);
    let after = reload_told(manager);
    assert_eq!(after["READY"], "1", "the old configuration is in force, and serves");
    assert!(after["STATUS"].contains("the last reload failed: "), "{after:?}");

    gateway.terminate();
    let stopping = manager.until("STOPPING");
    assert_eq!(keys(&stopping), ["EXTEND_TIMEOUT_USEC", "STATUS", "STOPPING"]);
    assert_eq!(stopping["STATUS"], "Draining: 1 open connection");
    assert_eq!(stopping["EXTEND_TIMEOUT_USEC"], "10000000");
    // As long as it drains it asks for more time.
    for _ in 0..2 {
        assert_eq!(keys(&manager.next()), ["EXTEND_TIMEOUT_USEC", "STATUS"]);
    }
    client.finish();
    service.finish();
    assert_eq!(gateway.wait_exit(), 0);
    for told in manager.rest() {
        assert_eq!(keys(&told), ["EXTEND_TIMEOUT_USEC", "STATUS"], "nothing else while it drains");
    }
}

#[test]
fn a_manager_hears_each_turn_of_a_daemons_life() {
    let site = Site::new();
    whole_life(&Manager::at_path(&site), &site);
}

#[test]
fn a_manager_in_the_abstract_namespace_hears_the_same() {
    let site = Site::new();
    whole_life(&Manager::abstract_name(&site), &site);
}

#[test]
fn nothing_is_said_to_be_ready_that_did_not_start() {
    let site = Site::new();
    let manager = Manager::at_path(&site);
    let config = completed(
        "[bridge.one]\nlisten = \"unix:/no/such/folder/s\"\nconnect = \"tcp:127.0.0.1:1\"\n",
    );
    let mut child = manager.starts(&site, &config).spawn().unwrap();
    let status = eventually("the daemon to give up", || child.try_wait().unwrap());
    assert_ne!(status.code(), Some(0));
    assert!(manager.rest().is_empty());
}

#[test]
fn the_watchdog_is_fed_before_its_time_is_up_and_by_no_other_process() {
    let site = Site::new();
    let target = Target::tcp();
    let config = config(&site, &target, "");
    let manager = Manager::at_path(&site);
    let mut command = manager.starts(&site, &config);
    command.env("WATCHDOG_USEC", "400000");
    let mut gateway = Gateway::spawn(command, &config);
    for _ in 0..5 {
        assert_eq!(keys(&manager.until("WATCHDOG")), ["WATCHDOG"]);
    }
    assert_eq!(gateway.stop(), 0);
    manager.rest();

    let mut command = manager.starts(&site, &config);
    command.env("WATCHDOG_USEC", "1000").env("WATCHDOG_PID", "1");
    let mut gateway = Gateway::spawn(command, &config);
    assert_eq!(keys(&manager.next()), ["READY", "STATUS"]);
    assert_eq!(gateway.stop(), 0);
    assert!(manager.rest().iter().all(|told| !told.contains_key("WATCHDOG")));
}

#[test]
fn a_daemon_that_was_halted_does_not_feed_the_watchdog() {
    let site = Site::new();
    let target = Target::tcp();
    let config = config(&site, &target, "");
    let manager = Manager::at_path(&site);
    let mut command = manager.starts(&site, &config);
    command.env("WATCHDOG_USEC", "100000");
    let mut gateway = Gateway::spawn(command, &config);
    manager.until("WATCHDOG");
    gateway.signal(Signal::STOP);
    eventually("it to fall silent", || manager.rest().is_empty().then_some(()));
    std::thread::sleep(Duration::from_millis(200));
    assert!(manager.rest().is_empty());
    gateway.signal(Signal::CONT);
    manager.until("WATCHDOG");
    assert_eq!(gateway.stop(), 0);
}

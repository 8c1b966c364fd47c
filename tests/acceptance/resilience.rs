//! It goes on serving: no descriptors, rude clients, floods of handshakes.

use std::process::Command;
use std::time::Duration;

use rstest::rstest;
use rustix::process::{Resource, Rlimit};

use crate::harness::authority::Leaf;
use crate::harness::target::echo;
use crate::harness::{Duplex, Gateway, Site, Target, eventually, tls};

/// A connection takes two: with the one limit or the other not one is left.
#[rstest]
fn running_out_of_descriptors_neither_stops_nor_spins_it(#[values(64, 65)] limit: u32) {
    let site = Site::new();
    let target = Target::tcp();
    let config = format!(
        "[bridge.one]\nlisten = \"unix:{}\"\nconnect = \"{}\"\n\
         [admin]\nlisten = \"tcp:127.0.0.1:0\"\n[log]\nformat = \"json\"\n",
        site.at("one.sock"),
        target.address
    );
    target.serve(echo);
    let path = site.write("pipeferry.toml", &config);
    let mut command = Command::new("prlimit");
    command
        .arg(format!("--nofile={limit}:{limit}"))
        .arg(env!("CARGO_BIN_EXE_pipeferry"))
        .arg("run");
    command.arg("--config").arg(path);
    let mut gateway = Gateway::spawn(command, &config);
    let flood: Vec<Duplex> = (0..60).map(|_| Duplex::unix(site.path("one.sock"))).collect();
    eventually("descriptors to run out", || {
        gateway.log().iter().any(|line| line.contains("accept failed")).then_some(())
    });
    let used = gateway.ticks_in(Duration::from_secs(1));
    assert!(used < 40, "{used} hundredths of a second in one second without descriptors");
    assert!(gateway.running());
    for _ in 0..3 {
        assert!(gateway.metrics().value("connections_open", &[("bridge", "one")]) > 10.0);
    }
    drop(flood);
    eventually("it to serve again", || {
        let mut client = Duplex::unix(site.path("one.sock")).wait_at_most(Duration::from_secs(2));
        use std::io::{Read, Write};
        let mut answer = [0; 5];
        client.write_all(b"again").ok()?;
        client.read_exact(&mut answer).ok()?;
        (&answer == b"again").then_some(())
    });
    let counted = gateway.metrics().value("accept_errors_total", &[("bridge", "one")])
        + gateway
            .metrics()
            .value("connections_total", &[("bridge", "one"), ("outcome", "dial_failed")]);
    assert!(counted > 0.0, "what failed is counted");
}

#[test]
fn clients_that_come_and_leave_at_once_stop_nothing() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = Gateway::start(
        &site,
        format!(
            "[bridge.tcp]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = \"{0}\"\n\
             [bridge.unix]\nlisten = \"unix:{1}\"\nconnect = \"{0}\"\n",
            target.address,
            site.at("u.sock")
        ),
    );
    target.serve(echo);
    for round in 0..300 {
        let client = gateway.tcp("tcp");
        if round % 2 == 0 {
            client.reset();
        }
        drop(Duplex::unix(site.path("u.sock")));
    }
    for mut client in [gateway.tcp("tcp"), Duplex::unix(site.path("u.sock"))] {
        client.send(b"fine");
        assert_eq!(client.exactly(4), b"fine");
    }
    gateway.metric_reaches("connections_open", &[("bridge", "unix")], 0.0);
}

/// A bridge that lets in any certificate of the site's authority.
fn over_tls(site: &Site, target: &Target, more: &str) -> Gateway {
    let config = format!(
        "{}[bridge.one]\nconnect = \"{}\"\n{more}\n\
         listen = {{ address = \"tls:127.0.0.1:0\", identity = \"gateway\", allow = \"any\" }}\n",
        site.identity("gateway"),
        target.address
    );
    Gateway::start(site, config)
}

#[test]
fn two_hundred_handshakes_that_never_finish_delay_nobody() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = over_tls(&site, &target, "");
    target.serve(echo);
    let _silent: Vec<Duplex> = (0..200).map(|_| Duplex::tcp(gateway.at("one"))).collect();
    let issued = site.leaf("client", Leaf::named("client"));
    let config = tls::client_config(&site, Some(&issued));
    let mut client =
        tls::dial(gateway.at("one"), config).unwrap().wait_at_most(Duration::from_secs(5));
    client.send(b"quick");
    assert_eq!(client.exactly(5), b"quick");
}

/// More than there are places for handshakes.
#[test]
fn a_crowd_that_never_shakes_hands_keeps_nobody_out() {
    let (site, target) = (Site::new(), Target::tcp());
    let limit = rustix::process::getrlimit(Resource::Nofile);
    let most = Rlimit { current: limit.maximum, ..limit };
    rustix::process::setrlimit(Resource::Nofile, most).unwrap();
    let gateway = over_tls(&site, &target, "handshake_timeout = \"10m\"");
    target.serve(echo);
    let _silent: Vec<Duplex> = (0..1100).map(|_| Duplex::tcp(gateway.at("one"))).collect();
    let issued = site.leaf("client", Leaf::named("client"));
    let config = tls::client_config(&site, Some(&issued));
    let mut client = tls::dial(gateway.at("one"), config).unwrap();
    client.send(b"let in");
    assert_eq!(client.exactly(6), b"let in");
    let gone = gateway.records();
    let reason = gone[0].text("reason");
    assert!(reason.contains("while others waited"), "{reason}");
    assert!(gone.iter().all(|record| record.text("outcome") == "handshake_failed"));
    assert!(gone.len() < 200, "no more than had to go: {}", gone.len());
}

#[test]
fn a_target_that_comes_back_is_reached_again() {
    let site = Site::new();
    let gateway = Gateway::start(
        &site,
        format!(
            "[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = \"unix:{}\"\n",
            site.at("later.sock")
        ),
    );
    let _ = gateway.tcp("one").drain();
    assert_eq!(gateway.ended("dial_failed").to_target, 0);
    Target::unix(&site, "later.sock").serve(echo);
    let mut client = gateway.tcp("one");
    client.send(b"back");
    assert_eq!(client.exactly(4), b"back");
}

#[test]
fn an_idle_gateway_takes_no_processor_time() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = Gateway::start(
        &site,
        format!("[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = \"{}\"\n", target.address),
    );
    target.serve(echo);
    let mut idle: Vec<Duplex> = (0..50).map(|_| gateway.tcp("one")).collect();
    for client in &mut idle {
        client.send(b".");
        client.exactly(1);
    }
    let used = gateway.ticks_in(Duration::from_millis(1500));
    assert!(used <= 5, "{used} hundredths of a second in 1.5 s of idling");
}

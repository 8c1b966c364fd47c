//! What is logged when much happens, and what never is.

use std::process::Command;

use crate::harness::target::echo;
use crate::harness::{Duplex, Gateway, Site, Target, admin, eventually};

fn warnings(gateway: &Gateway, message: &str) -> usize {
    let lines = gateway.log();
    lines.iter().filter(|line| line.contains("\"WARN\"") && line.contains(message)).count()
}

/// A thousand clients that are turned away: each leaves its one line, which is
/// no warning, and nothing else.
#[test]
fn a_thousand_refused_clients_leave_a_thousand_records_and_no_warning() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = Gateway::start(
        &site,
        format!(
            "{}[bridge.plain]\nconnect = \"{to}\"\nlisten = {{ address = \"tcp:127.0.0.1:0\", \
             proxy_protocol = \"v2\", proxy_from = [\"192.0.2.0/24\"] }}\n\
             [bridge.secure]\nconnect = \"{to}\"\nlisten = {{ address = \"tls:127.0.0.1:0\", \
             identity = \"gateway\", allow = \"any\" }}\n",
            site.identity("gateway"),
            to = target.address
        ),
    );
    let of_the_start = warnings(&gateway, "");
    let places = ["plain", "secure"].map(|bridge| gateway.at(bridge));
    for _ in 0..500 {
        for at in places {
            let mut client = Duplex::tcp(at);
            use std::io::Write;
            let _ = client.write_all(b"GET / HTTP/1.1\r\n\r\n");
            client.drain();
        }
    }
    let records = gateway.wait_records(1000);
    let refused = |outcome: &str| records.iter().filter(|one| one.outcome == outcome).count();
    assert_eq!((refused("denied"), refused("handshake_failed"), records.len()), (500, 500, 1000));
    let metrics = gateway.metrics();
    for (bridge, outcome) in [("plain", "denied"), ("secure", "handshake_failed")] {
        let labels = [("bridge", bridge), ("outcome", outcome)];
        assert_eq!(metrics.value("connections_total", &labels), 500.0);
    }
    assert_eq!(warnings(&gateway, ""), of_the_start, "nobody outside fills the log with warnings");
    assert!(target.untouched());
}

/// The descriptors that a running process may have.
fn limit_descriptors(gateway: &Gateway, most: u32) {
    let pid = gateway.pid().to_string();
    let limit = format!("--nofile={most}:");
    assert!(Command::new("prlimit").args(["--pid", &pid, &limit]).status().unwrap().success());
}

#[test]
fn a_warning_that_repeats_itself_is_limited_and_its_count_adds_up() {
    let site = Site::new();
    let target = Target::tcp();
    let config = format!(
        "[bridge.one]\nlisten = \"unix:{}\"\nconnect = \"{}\"\n",
        site.at("one.sock"),
        target.address
    );
    target.serve(echo);
    let mut gateway = Gateway::start(&site, config);
    let labels = [("bridge", "one")];
    // No new one can be opened later.
    let mut scrapes: Vec<_> = (0..30).map(|_| Duplex::tcp(gateway.admin())).collect();
    admin::exchange(&mut scrapes.pop().unwrap(), "GET", "/livez");
    limit_descriptors(&gateway, 1);
    let mut client = Duplex::unix(site.path("one.sock"));
    eventually("more failures than are written", || {
        std::thread::sleep(std::time::Duration::from_millis(400));
        let answer = admin::exchange(&mut scrapes.pop().unwrap(), "GET", "/metrics");
        let failures = admin::Metrics(answer.body).value("accept_errors_total", &labels);
        (failures >= 13.0).then_some(())
    });
    limit_descriptors(&gateway, 1024);
    client.send(b"served again");
    assert_eq!(client.exactly(12), b"served again");
    let failures = gateway.metrics().value("accept_errors_total", &labels);
    drop(client);
    gateway.wait_records(1);
    assert_eq!(gateway.stop(), 0);

    assert_eq!(warnings(&gateway, "accept failed"), 10 + 1, "ten, and the line that counts");
    let told = gateway.lines("warnings were held back");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].text("like").starts_with("accept failed"), "{told:?}");
    assert_eq!(told[0].text("about"), "one");
    let held_back = told[0].field("held_back").as_u64().unwrap();
    assert_eq!(10 + held_back, failures as u64);
}

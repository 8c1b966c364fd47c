//! Python: `multiprocessing.connection` through two gateways, and `ssl`.

use rstest::rstest;

use crate::harness::authority::Leaf;
use crate::harness::program::{Program, await_line, python};
use crate::harness::tunnel::Tunnel;
use crate::harness::{Gateway, Site, Target};

#[rstest]
fn multiprocessing_connections_carry_objects_and_bytes_through_two_gateways(
    #[values("unix", "inet")] near: &str,
    #[values("unix", "inet")] far: &str,
    #[values("message", "byte")] mode: &str,
) {
    let site = Site::new();
    let place = site.at("service.sock");
    let arguments: &[&str] = if far == "unix" { &["unix", &place] } else { &["inet"] };
    let mut service = Program::start(&mut python("mp_listener.py", arguments));
    let address = await_line(&mut service.lines(), |_| true);
    let connect = match far {
        "unix" => format!("unix:{address}"),
        _ => format!("tcp:127.0.0.1:{address}"),
    };
    let listen = match near {
        "unix" => format!("unix:{}", site.at("near.sock")),
        _ => "tcp:127.0.0.1:0".to_owned(),
    };
    let tunnel = Tunnel::start(&site, mode, &listen, &connect);
    let place = match near {
        "unix" => site.at("near.sock"),
        _ => tunnel.near.at("near").port().to_string(),
    };
    let output = Program::start(&mut python("mp_client.py", &[near, &place])).output();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.ends_with("ok 5020\n"), "{said}");
    tunnel.all_done(1);
    if mode == "message" {
        // Three announcements, and the handshake of the keys.
        let count = tunnel.near.record().number("messages_to_target").unwrap();
        assert!((5023..5033).contains(&count), "{count}");
    }
}

/// A TLS bridge to a target, and Python's client at it.
fn tls_client(site: &Site, target: &Target, keys: &str, manner: &str) -> (Gateway, Program) {
    let config = format!(
        "{}[bridge.one]\nconnect = \"{}\"\n\
         listen = {{ address = \"tls:127.0.0.1:0\", identity = \"gateway\", allow = \"any\"{keys} }}\n",
        site.identity("gateway"),
        target.address
    );
    let gateway = Gateway::start(site, config);
    site.leaf("client", Leaf::named("client"));
    let port = gateway.at("one").port().to_string();
    let (ca, cert, key) = (site.at("ca.pem"), site.at("client.pem"), site.at("client.key"));
    let client = Program::start(&mut python("tls_client.py", &[&port, &ca, &cert, &key, manner]));
    (gateway, client)
}

#[test]
fn pythons_ssl_sees_a_clean_end_where_there_was_one() {
    let site = Site::new();
    let target = Target::tcp();
    let (gateway, client) = tls_client(&site, &target, "", "goodbye");
    let mut service = target.accept();
    assert_eq!(service.exactly(5), b"hello");
    service.send(&[7; 100_000]);
    service.finish();
    assert_eq!(service.rest(), b"");
    let output = client.output();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "100000 clean\n");
    gateway.ended("done");
}

#[test]
fn pythons_ssl_sees_a_reset_of_the_target_as_a_truncation_after_its_data() {
    let site = Site::new();
    let target = Target::tcp();
    let (gateway, client) = tls_client(&site, &target, "", "leave");
    let mut service = target.accept();
    assert_eq!(service.exactly(5), b"hello");
    service.send(&[7; 100_000]);
    // The bytes must be on their way: a reset overtakes what is still queued.
    let labels = [("bridge", "one"), ("direction", "to_client")];
    gateway.metric_reaches("bytes_total", &labels, 100_000.0);
    service.reset();
    let output = client.output();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "100000 truncated\n");
    gateway.ended("target_gone");
}

#[test]
fn a_python_client_that_leaves_without_close_notify_is_taken_where_that_is_optional() {
    let site = Site::new();
    let target = Target::tcp();
    let keys = ", close_notify = \"optional\"";
    let (gateway, client) = tls_client(&site, &target, keys, "leave");
    let mut service = target.accept();
    assert_eq!(service.exactly(5), b"hello");
    service.finish();
    assert_eq!(String::from_utf8_lossy(&client.output().stdout), "0 clean\n");
    assert_eq!(service.rest(), b"");
    gateway.ended("done");
}

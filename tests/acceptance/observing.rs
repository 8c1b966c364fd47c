//! What is seen from outside: pages, metrics, log lines.

use std::os::unix::net::UnixStream;

use crate::harness::program::{Program, piped};
use crate::harness::target::echo;
use crate::harness::{Gateway, Site, Target, admin, eventually};

fn gateway(site: &Site, more: &str) -> Gateway {
    let target = Target::tcp();
    let connect = target.address.clone();
    target.serve(echo);
    Gateway::start(
        site,
        format!(
            "{}[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = \"{connect}\"\n\
             [bridge.two]\nconnect = \"{connect}\"\nmode = \"message\"\n\
             listen = {{ address = \"tls:127.0.0.1:0\", identity = \"gateway\", allow = \"any\" }}\n{more}",
            site.identity("gateway")
        ),
    )
}

fn exchange_once(gateway: &Gateway) {
    let mut client = gateway.tcp("one");
    client.send(b"hello");
    assert_eq!(client.exactly(5), b"hello");
    client.finish();
    assert_eq!(client.rest(), b"");
    gateway.wait_records(1);
}

#[test]
fn promtool_finds_nothing_to_say_about_the_metrics() {
    let site = Site::new();
    let gateway = gateway(&site, "");
    exchange_once(&gateway);
    let mut promtool = Program::start(piped("promtool").args(["check", "metrics"]));
    promtool.write(gateway.metrics().0.as_bytes());
    promtool.close_stdin();
    let output = promtool.output();
    let said = String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.trim().is_empty(), "{said}");
}

#[test]
fn every_promised_metric_is_there() {
    let site = Site::new();
    let gateway = gateway(&site, "");
    exchange_once(&gateway);
    let metrics = gateway.metrics();
    let one = [("bridge", "one")];
    for name in ["connections_total", "connections_open", "connections_waiting", "bytes_total"] {
        assert!(metrics.get(name, &one).is_some(), "{name}");
    }
    for name in ["connection_seconds", "dial_seconds"] {
        assert!(metrics.value(&format!("{name}_count"), &one) >= 1.0, "{name}");
        assert!(metrics.get(&format!("{name}_bucket"), &one).is_some(), "{name} is a histogram");
    }
    assert!(metrics.get("messages_total", &[("bridge", "two")]).is_some());
    assert!(metrics.get("accept_errors_total", &one).is_some());
    assert_eq!(metrics.get("connections_limit", &one), Some(1024.0));
    assert_eq!(metrics.get("max_connections", &[]), Some(20_000.0));
    assert_eq!(metrics.get("last_reload_successful", &[]), Some(1.0));
    let expiry = metrics.get("certificate_expiry_timestamp_seconds", &[("identity", "gateway")]);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let days = (expiry.expect("an expiry") - now.as_secs_f64()) / 86400.0;
    assert!((29.0..31.0).contains(&days), "{days} days left");
    assert_eq!(metrics.get("build_info", &[("version", env!("CARGO_PKG_VERSION"))]), Some(1.0));
    assert!(metrics.0.contains("process_resident_memory_bytes"));
    assert!(metrics.0.contains("process_open_fds"));
}

#[test]
fn message_sizes_and_handshakes_are_histograms() {
    let site = Site::new();
    let gateway = gateway(&site, "");
    let issued = site.leaf("client", crate::harness::authority::Leaf::named("client"));
    let config = crate::harness::tls::client_config(&site, Some(&issued));
    let mut client = crate::harness::tls::dial(gateway.at("two"), config).unwrap();
    client.send(b"\0\0\0\x05hello");
    assert_eq!(client.exactly(9), b"\0\0\0\x05hello");
    client.finish();
    assert_eq!(client.rest(), b"");
    gateway.wait_records(1);
    let metrics = gateway.metrics();
    let two = [("bridge", "two")];
    assert!(metrics.value("message_size_bytes_count", &two) >= 2.0);
    assert!(metrics.value("message_size_bytes_sum", &two) >= 10.0);
    let handshakes = [("bridge", "two"), ("end", "listen")];
    assert_eq!(metrics.get("handshake_seconds_count", &handshakes), Some(1.0));
}

#[test]
fn the_admin_pages_answer() {
    let site = Site::new();
    let gateway = gateway(&site, "");
    exchange_once(&gateway);
    let at = gateway.admin();
    assert_eq!(admin::get(at, "/livez").status, 200);
    assert_eq!(admin::get(at, "/readyz").status, 200);
    let status = admin::get(at, "/status");
    assert!(status.head.to_ascii_lowercase().contains("content-type: application/json"));
    let status: serde_json::Value = serde_json::from_str(&status.body).unwrap();
    assert!(status.to_string().contains("\"one\""), "{status}");
    let page = admin::get(at, "/");
    assert_eq!(page.status, 200);
    assert!(page.head.to_ascii_lowercase().contains("content-type: text/html"));
    assert!(page.body.contains("one") && page.body.contains("two"));
    let metrics = admin::get(at, "/metrics");
    assert!(metrics.head.to_ascii_lowercase().contains("content-type: text/plain; version=0.0.4"));
    assert_eq!(admin::get(at, "/nothing-here").status, 404);
    assert_eq!(admin::request(at, "POST", "/metrics").status, 405);
}

#[test]
fn the_admin_page_can_stand_on_a_unix_socket() {
    let site = Site::new();
    let socket = site.at("admin.sock");
    let config = format!(
        "[admin]\nlisten = \"unix:{socket}\"\n[log]\nformat = \"json\"\n\
         [bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = \"tcp:127.0.0.1:1\"\n"
    );
    let mut gateway = Gateway::start(&site, config);
    let mut stream = UnixStream::connect(&socket).unwrap();
    assert_eq!(admin::exchange(&mut stream, "GET", "/readyz").status, 200);
    assert_eq!(gateway.stop(), 0);
    assert!(!site.path("admin.sock").exists());
}

#[test]
fn a_connection_leaves_exactly_one_line_with_all_that_was_promised() {
    let site = Site::new();
    let gateway = gateway(&site, "");
    exchange_once(&gateway);
    let record = gateway.record();
    assert_eq!(record.bridge, "one");
    assert_eq!(record.outcome, "done");
    assert_eq!((record.to_target, record.to_client), (5, 5));
    assert!(!record.text("id").is_empty());
    assert!(record.text("client").starts_with("127.0.0.1:"));
    assert!(record.text("target").contains("127.0.0.1:"));
    assert!(record.line.field("seconds").as_f64().unwrap() > 0.0);
    assert_eq!(record.line.level(), "INFO");
}

#[test]
fn text_lines_are_for_people_and_hold_the_same() {
    let site = Site::new();
    let target = Target::tcp();
    let connect = target.address.clone();
    target.serve(echo);
    let config = site.write(
        "text.toml",
        format!(
            "[bridge.one]\nlisten = \"unix:{}\"\nconnect = \"{connect}\"\n[log]\nformat = \"text\"\n",
            site.at("one.sock")
        ),
    );
    let mut command = piped(env!("CARGO_BIN_EXE_pipeferry"));
    let mut gateway = Program::start(command.arg("run").arg("--config").arg(config));
    let mut client = eventually("the socket", || UnixStream::connect(site.path("one.sock")).ok());
    {
        use std::io::{Read, Write};
        client.write_all(b"hello").unwrap();
        client.read_exact(&mut [0; 5]).unwrap();
    }
    drop(client);
    let pid = rustix::process::Pid::from_child(&gateway.child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    let log = String::from_utf8(gateway_output(&mut gateway)).unwrap();
    let line = log.lines().find(|line| line.contains("connection ended")).expect(&log);
    assert!(!line.contains('{'), "not JSON: {line}");
    assert!(!line.contains('\u{1b}'), "no colours into a pipe: {line}");
    for part in ["bridge=", "one", "bytes_to_target=5", "outcome="] {
        assert!(line.contains(part), "{part} in {line}");
    }
}

fn gateway_output(gateway: &mut Program) -> Vec<u8> {
    use std::io::Read;
    let mut log = Vec::new();
    gateway.child.stderr.take().unwrap().read_to_end(&mut log).unwrap();
    assert!(gateway.wait().success());
    log
}

#[test]
fn names_from_a_certificate_cannot_forge_a_log_line() {
    let site = Site::new();
    let gateway = gateway(&site, "");
    let forged = "x\n{\"fields\":{\"message\":\"connection ended\",\"bridge\":\"forged\"}}";
    let issued = site.leaf("client", crate::harness::authority::Leaf::named(forged));
    let config = crate::harness::tls::client_config(&site, Some(&issued));
    let mut client = crate::harness::tls::dial(gateway.at("two"), config).unwrap();
    client.finish();
    assert_eq!(client.rest(), b"");
    drop(client);
    assert_eq!(gateway.record().bridge, "two");
}

//! One connection, found in the log of every gateway that it went through.

use crate::harness::authority::{Authority, Leaf};
use crate::harness::proxy::speaking_for;
use crate::harness::target::echo;
use crate::harness::{Duplex, Gateway, Site, Target, eventually, haproxy, pipeferry, ran, tls};

/// A gateway that hears headers with all that they say, and passes them on to
/// `to`.
fn hearing(site: &Site, name: &str, to: &str, more: &str) -> Gateway {
    let config = format!(
        "{more}\n[bridge.{name}]\n\
         listen = {{ address = \"tcp:127.0.0.1:0\", proxy_protocol = \"v2-full\", \
         proxy_from = [\"127.0.0.1\"] }}\n\
         connect = {{ address = \"{to}\", proxy_protocol = \"v2-full\" }}\n"
    );
    Gateway::start_as(site, &format!("{name}.toml"), config)
}

/// One that the client of no gateway comes to.
fn first(site: &Site, to: &str) -> Gateway {
    let config = format!(
        "[bridge.first]\nlisten = \"unix:{}\"\n\
         connect = {{ address = \"{to}\", proxy_protocol = \"v2-full\" }}\n",
        site.at("first.sock")
    );
    Gateway::start_as(site, "first.toml", config)
}

fn dialled(gateway: &Gateway, bridge: &str) -> String {
    format!("tcp:{}", gateway.at(bridge))
}

/// The lines of all these logs that have this word in them, as `grep` finds them.
fn grep(word: &str, gateways: &[&Gateway]) -> usize {
    let lines = gateways.iter().flat_map(|gateway| gateway.log());
    lines.filter(|line| line.contains(word) && line.contains("connection ended")).count()
}

#[test]
fn the_first_gateways_id_stands_in_every_log_of_a_chain() {
    let site = Site::new();
    let target = Target::tcp();
    let third = hearing(&site, "third", &target.address, "");
    let second = hearing(&site, "second", &dialled(&third, "third"), "");
    let first = first(&site, &dialled(&second, "second"));
    let mut client = Duplex::unix(site.path("first.sock"));
    client.send(b"x");
    client.finish();
    drop((target.accept(), client));

    let records = [first.record(), second.record(), third.record()];
    let [id, second_id, third_id] = records.each_ref().map(|record| record.text("id").to_owned());
    assert!(records[0].line.field("first_id").is_null(), "{:?}", records[0]);
    assert_eq!(records[1].text("first_id"), id);
    assert_eq!(records[2].text("first_id"), id);
    assert!(id != second_id && second_id != third_id && third_id != id, "each has its own");
    assert_eq!(grep(&id, &[&first, &second, &third]), 3);
    assert_eq!(grep(&second_id, &[&first, &second, &third]), 1);
}

#[test]
fn haproxys_unique_id_stands_in_our_log() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = hearing(&site, "one", &target.address, "");
    target.serve(|mut stream| {
        crate::harness::proxy::Header::read(&mut stream);
        echo(stream);
    });
    let to = gateway.at("one");
    let (_haproxy, address) = haproxy::start(&site, |bind| {
        format!(
            "listen one\n mode tcp\n bind {bind}\n unique-id-format %ci:%cp_%Ts_%pid\n \
             server s {to} send-proxy-v2 proxy-v2-options unique-id\n"
        )
    });
    let mut client = Duplex::tcp(address);
    client.send(b"through both");
    assert_eq!(client.exactly(12), b"through both");
    let me = client.socket().local_addr().unwrap().to_string();
    client.finish();
    drop(client);
    let record = gateway.record();
    let first_id = record.text("first_id");
    assert!(first_id.starts_with(&format!("{me}_")), "{record:?}");
    assert_ne!(record.text("id"), first_id, "ours stays unique here, whatever comes");
}

/// Type 05 of a header.
fn unique_id(value: &[u8]) -> Vec<u8> {
    [&[5, 0, u8::try_from(value.len()).unwrap()], value].concat()
}

#[test]
fn an_id_from_outside_cannot_forge_a_line_or_make_it_long() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = hearing(&site, "one", &target.address, "");
    for (sent, logged) in [
        (&b"a\"b\\c d"[..], "a\"b\\c d".to_owned()),
        (b"two\nlines", "74776f0a6c696e6573".to_owned()),
        (&[0xff; 128], "ff".repeat(128)),
        (&[b'x'; 129], String::new()),
    ] {
        let before = gateway.records().len();
        let mut client = gateway.tcp("one");
        client.send(&speaking_for("203.0.113.7:5555", "198.51.100.1:443", &unique_id(sent)));
        client.finish();
        drop((target.accept(), client));
        assert_eq!(gateway.wait_records(before + 1)[before].text("first_id"), logged);
    }
}

#[test]
fn who_may_not_speak_for_others_brings_no_id() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = Gateway::start(
        &site,
        format!(
            "[bridge.one]\nconnect = \"{}\"\nlisten = {{ address = \"tcp:127.0.0.1:0\", \
             proxy_protocol = \"v2-full\", proxy_from = [\"192.0.2.0/24\"] }}\n",
            target.address
        ),
    );
    let header = speaking_for("203.0.113.7:5555", "198.51.100.1:443", &unique_id(b"forged"));
    let mut client = gateway.tcp("one");
    client.send(&header);
    client.drain();
    assert_eq!(gateway.ended("denied").text("first_id"), "");
}

#[test]
fn status_and_close_know_the_ids() {
    let site = Site::new();
    let target = Target::tcp();
    let control = format!("control = \"ctl\"\npipe_path = \"{}\"", site.at("{name}.sock"));
    let gateway = hearing(&site, "one", &target.address, &control);
    let mut client = gateway.tcp("one");
    client.send(&speaking_for("203.0.113.7:5555", "198.51.100.1:443", &unique_id(b"from afar")));
    let service = target.accept();
    let config = site.at("one.toml");
    let ask = |rest: &[&str]| ran(&mut pipeferry(&[rest, &["--config", &config]].concat()));
    let open = eventually("the connection to be listed", || {
        let status: serde_json::Value =
            serde_json::from_str(&ask(&["status", "--json"]).good().stdout).unwrap();
        status["connections"].as_array().filter(|all| !all.is_empty()).cloned()
    });
    assert_eq!(open[0]["first_id"], "from afar");
    assert_ne!(ask(&["close", "from afar"]).code, 0, "only our own id is known to be the only one");
    ask(&["close", open[0]["id"].as_str().unwrap()]).good();
    drop(service);
    assert_eq!(gateway.ended("cut").text("first_id"), "from afar");
}

/// Two gateways with TLS between them and no header.
fn pair(site: &Site, allow: &str, target: &Target) -> (Gateway, Gateway) {
    let identity = site.identity("gateway");
    let far = Gateway::start_as(
        site,
        "far.toml",
        format!(
            "{identity}[bridge.far]\nconnect = \"{}\"\nlisten = {{ address = \"tls:127.0.0.1:0\", \
             identity = \"gateway\", allow = {allow} }}\n",
            target.address
        ),
    );
    let near = Gateway::start_as(
        site,
        "near.toml",
        format!(
            "{identity}[bridge.near]\nlisten = \"unix:{}\"\n\
             connect = {{ address = \"tls:localhost:{}\", identity = \"gateway\" }}\n",
            site.at("near.sock"),
            far.at("far").port()
        ),
    );
    (near, far)
}

#[test]
fn without_a_header_the_near_line_has_the_address_that_the_far_line_calls_its_client() {
    let site = Site::new();
    let target = Target::tcp();
    let (near, far) = pair(&site, "\"any\"", &target);
    let mut client = Duplex::unix(site.path("near.sock"));
    client.send(b"hello");
    client.finish();
    assert_eq!(target.accept().rest(), b"hello");
    drop(client);
    let from = near.ended("done").text("dialled_from").to_owned();
    assert!(from.starts_with("127.0.0.1:"), "{from}");
    assert_eq!(far.ended("done").text("client"), from);
}

#[test]
fn a_client_that_the_far_side_refuses_is_found_in_both_logs() {
    let site = Site::new();
    let target = Target::tcp();
    let (near, far) = pair(&site, "[{ cn = \"somebody-else\" }]", &target);
    let mut client = Duplex::unix(site.path("near.sock"));
    client.drain();
    let near = near.record();
    assert_eq!(far.ended("denied").text("client"), near.text("dialled_from"), "{near:?}");
    assert!(target.untouched());
}

#[test]
fn what_is_said_of_a_handshake_names_the_connection() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = Gateway::start(
        &site,
        format!(
            "{}[bridge.one]\nconnect = \"{}\"\nlisten = {{ address = \"tls:127.0.0.1:0\", \
             identity = \"gateway\", allow = \"any\" }}\n\
             [log]\nformat = \"json\"\nlevel = \"info,pipeferry::tls=debug\"\n",
            site.identity("gateway"),
            target.address
        ),
    );
    let stranger = Authority::new("a stranger").issue(Leaf::named("stranger"));
    let refused = tls::dial(gateway.at("one"), tls::client_config(&site, Some(&stranger)));
    tls::refusal(refused);
    let record = gateway.record();
    assert_eq!(record.outcome, "denied", "{record:?}");
    let log = gateway.log();
    let said: Vec<serde_json::Value> = log
        .iter()
        .filter(|line| line.contains("\"DEBUG\""))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(!said.is_empty(), "the chain that was refused is logged");
    for line in said {
        assert_eq!(line["span"]["id"], record.text("id"), "{line}");
        assert_eq!(line["span"]["bridge"], "one");
    }
}

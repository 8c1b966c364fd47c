//! PROXY protocol v2 in and out, with HAProxy as the other party too.

use std::io::Write;

use crate::harness::authority::Leaf;
use crate::harness::proxy::{Header, local, speaking_for};
use crate::harness::target::echo;
use crate::harness::{Duplex, Gateway, Site, Target, admin, eventually, haproxy, tls};

/// A bridge that expects a header on TCP, with more keys at the dialling end.
fn expecting(site: &Site, target: &Target, from: &str, connect_keys: &str) -> Gateway {
    Gateway::start(
        site,
        format!(
            "[bridge.one]\nlisten = {{ address = \"tcp:127.0.0.1:0\", proxy_protocol = \"v2\", \
             proxy_from = [\"{from}\"] }}\nconnect = {{ address = \"{}\"{connect_keys} }}\n",
            target.address
        ),
    )
}

#[test]
fn the_client_that_a_header_speaks_for_stands_in_the_log() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = expecting(&site, &target, "127.0.0.0/8", "");
    let mut client = gateway.tcp("one");
    let header = speaking_for("203.0.113.7:5555", "198.51.100.1:443", b"");
    client.send(&[header.as_slice(), b"payload"].concat());
    client.finish();
    assert_eq!(target.accept().rest(), b"payload");
    drop(client);
    let record = gateway.record();
    assert!(record.text("client").contains("203.0.113.7:5555"), "{record:?}");
    assert_eq!(record.to_target, 7, "the header is no payload");
}

#[test]
fn a_header_in_pieces_is_taken() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = expecting(&site, &target, "127.0.0.0/8", "");
    let mut client = gateway.tcp("one");
    client.socket().set_nodelay(true).unwrap();
    // With a no-op TLV of 300 bytes.
    let padding = [&[0x04, 0x01, 0x2c][..], &[0; 300]].concat();
    for byte in speaking_for("203.0.113.7:5555", "198.51.100.1:443", &padding) {
        client.send(&[byte]);
    }
    client.send(b"payload");
    assert_eq!(target.accept().exactly(7), b"payload");
}

#[test]
fn a_local_header_names_nobody_and_is_carried() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = expecting(&site, &target, "127.0.0.0/8", "");
    let mut client = gateway.tcp("one");
    client.send(&[local().as_slice(), b"check"].concat());
    client.finish();
    assert_eq!(target.accept().rest(), b"check");
    drop(client);
    assert!(gateway.record().text("client").starts_with("127.0.0.1:"));
}

#[test]
fn who_may_not_send_a_header_is_denied() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = expecting(&site, &target, "192.0.2.0/24", "");
    let mut client = gateway.tcp("one");
    let _ = client.write_all(&speaking_for("203.0.113.7:5555", "198.51.100.1:443", b""));
    assert_eq!(client.drain().0, b"");
    gateway.ended("denied");
    assert!(target.untouched());
}

#[test]
fn a_client_that_sends_no_header_is_handshake_failed() {
    for greeting in [&b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n"[..], b"GET / HTTP/1.1\r\n\r\n"] {
        let site = Site::new();
        let target = Target::tcp();
        let gateway = expecting(&site, &target, "127.0.0.0/8", "");
        let mut client = gateway.tcp("one");
        client.send(greeting);
        assert_eq!(client.drain().0, b"");
        gateway.ended("handshake_failed");
        assert!(target.untouched());
    }
}

#[test]
fn the_target_is_told_the_addresses_of_the_client() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = Gateway::start(
        &site,
        format!(
            "[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\n\
             connect = {{ address = \"{}\", proxy_protocol = \"v2\" }}\n",
            target.address
        ),
    );
    let mut client = gateway.tcp("one");
    client.send(b"after it");
    let mut service = target.accept();
    let header = Header::read(&mut service);
    assert_eq!(header.command, 1);
    assert_eq!(header.client, Some(client.socket().local_addr().unwrap()));
    assert_eq!(header.dialled, Some(gateway.at("one")));
    assert_eq!(header.tlv(0x05), None, "addresses only");
    assert_eq!(service.exactly(8), b"after it");
}

#[test]
fn a_client_from_a_header_is_passed_on_in_the_next_header() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = expecting(&site, &target, "127.0.0.0/8", ", proxy_protocol = \"v2\"");
    let mut client = gateway.tcp("one");
    client.send(&speaking_for("203.0.113.7:5555", "198.51.100.1:443", b""));
    let mut service = target.accept();
    let header = Header::read(&mut service);
    assert_eq!(header.client, Some("203.0.113.7:5555".parse().unwrap()));
    assert_eq!(header.dialled, Some("198.51.100.1:443".parse().unwrap()));
}

#[test]
fn the_full_header_tells_of_tls_and_the_certificate() {
    let site = Site::new();
    let target = Target::tcp();
    let config = format!(
        "{}[bridge.one]\n\
         listen = {{ address = \"tls:127.0.0.1:0\", identity = \"gateway\", allow = \"any\" }}\n\
         connect = {{ address = \"{}\", proxy_protocol = \"v2-full\" }}\n",
        site.identity("gateway"),
        target.address
    );
    let gateway = Gateway::start(&site, config);
    let issued = site.leaf("client", Leaf::named("branch-7"));
    let mut client =
        tls::dial(gateway.at("one"), tls::client_config(&site, Some(&issued))).unwrap();
    client.send(b"x");
    let mut service = target.accept();
    let header = Header::read(&mut service);
    assert_eq!(header.ssl(0x21).unwrap(), b"TLSv1.3");
    assert_eq!(header.ssl(0x22).unwrap(), b"branch-7");
    assert_eq!(header.ssl(0x28).unwrap(), issued.chain[0].as_ref());
    assert_eq!(header.tlv(0x02).unwrap(), b"localhost");
    // PP2_CLIENT_SSL | PP2_CLIENT_CERT_CONN | PP2_CLIENT_CERT_SESS, verified.
    assert_eq!(header.tlv(0x20).unwrap()[..5], [7, 0, 0, 0, 0]);
    let id = String::from_utf8(header.tlv(0x05).unwrap().to_vec()).unwrap();
    client.finish();
    drop((client, service));
    assert_eq!(gateway.record().text("id"), id, "the log has the same id");
}

#[test]
fn the_full_header_tells_the_process_behind_a_local_client() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = Gateway::start(
        &site,
        format!(
            "[bridge.one]\nlisten = \"unix:{}\"\n\
             connect = {{ address = \"{}\", proxy_protocol = \"v2-full\" }}\n",
            site.at("one.sock"),
            target.address
        ),
    );
    let mut client = Duplex::unix(site.path("one.sock"));
    client.send(b"x");
    let mut service = target.accept();
    let header = Header::read(&mut service);
    let process = header.tlv(0xe5).expect("the TLV that docs/ describes");
    let word = |at: usize| u32::from_be_bytes(process[at..at + 4].try_into().unwrap());
    assert_eq!(process[..2], [1, 1], "version 1, a Unix account");
    assert_eq!(word(2), std::process::id());
    assert_eq!(word(6), rustix::process::geteuid().as_raw());
    assert_eq!(word(10), rustix::process::getegid().as_raw());
    assert_eq!(service.exactly(1), b"x");
    drop((client, gateway));
}

#[test]
fn a_near_gateway_tells_the_far_one_who_its_local_client_is() {
    let site = Site::new();
    let target = Target::tcp();
    let identity = site.identity("gateway");
    let far = Gateway::start_as(
        &site,
        "far.toml",
        format!(
            "{identity}[bridge.far]\nconnect = \"{}\"\n\
             listen = {{ address = \"tls:127.0.0.1:0\", identity = \"gateway\", allow = \"any\", \
             proxy_protocol = \"v2-full\", proxy_from = [\"127.0.0.1\"] }}\n",
            target.address
        ),
    );
    let near = Gateway::start_as(
        &site,
        "near.toml",
        format!(
            "{identity}[bridge.near]\nlisten = \"unix:{}\"\n\
             connect = {{ address = \"tls:localhost:{}\", identity = \"gateway\", \
             proxy_protocol = \"v2-full\" }}\n",
            site.at("near.sock"),
            far.at("far").port()
        ),
    );
    let mut client = Duplex::unix(site.path("near.sock"));
    client.send(b"hello");
    client.finish();
    let mut service = target.accept();
    assert_eq!(service.rest(), b"hello");
    drop((client, service));
    let seen = far.record();
    let me = format!("pid {} uid {}", std::process::id(), rustix::process::geteuid().as_raw());
    assert!(seen.text("client").contains(&me), "{seen:?}");
    assert_eq!(near.record().outcome, "done");
}

#[test]
fn haproxy_tells_us_its_client() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = expecting(&site, &target, "127.0.0.1/32", "");
    target.serve(echo);
    let to = gateway.at("one");
    let (_haproxy, address) = haproxy::start(&site, |bind| {
        format!("listen one\n mode tcp\n bind {bind}\n server s {to} send-proxy-v2\n")
    });
    let mut client = Duplex::tcp(address);
    client.send(b"through both");
    assert_eq!(client.exactly(12), b"through both");
    let me = client.socket().local_addr().unwrap().to_string();
    client.finish();
    drop(client);
    let record = gateway.record();
    assert!(record.text("client").contains(&me), "{me} in {record:?}");
}

#[test]
fn haproxy_takes_our_client_from_us() {
    let site = Site::new();
    let (_haproxy, address) = haproxy::start(&site, |bind| {
        format!(
            "frontend one\n mode http\n bind {bind} accept-proxy\n \
             http-request return status 200 content-type text/plain \
             lf-string \"%[src]:%[src_port] %[fc_pp_authority] %[fc_pp_unique_id]\"\n"
        )
    });
    let config = format!(
        "{}[bridge.plain]\nlisten = \"tcp:127.0.0.1:0\"\n\
         connect = {{ address = \"tcp:{address}\", proxy_protocol = \"v2\" }}\n\
         [bridge.secure]\n\
         listen = {{ address = \"tls:127.0.0.1:0\", identity = \"gateway\", allow = \"any\" }}\n\
         connect = {{ address = \"tcp:{address}\", proxy_protocol = \"v2-full\" }}\n",
        site.identity("gateway")
    );
    let gateway = Gateway::start(&site, config);
    let mut client = gateway.tcp("plain");
    let me = client.socket().local_addr().unwrap();
    let answer = admin::exchange(&mut client, "GET", "/");
    assert!(answer.body.starts_with(&format!("{me} ")), "{}", answer.body);

    let issued = site.leaf("client", Leaf::named("client"));
    let mut client =
        tls::dial(gateway.at("secure"), tls::client_config(&site, Some(&issued))).unwrap();
    let me = client.socket().local_addr().unwrap();
    let answer = admin::exchange(&mut client, "GET", "/");
    drop(client);
    let record = eventually("the secure record", || {
        gateway.records().into_iter().find(|record| record.bridge == "secure")
    });
    assert_eq!(answer.body, format!("{me} localhost {}", record.text("id")));
}

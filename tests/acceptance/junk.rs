//! Whatever comes from outside: the gateway says what it was and goes on.

use std::io::Write;

use rstest::rstest;

use crate::harness::ends::{Kind, preamble};
use crate::harness::target::echo;
use crate::harness::{Duplex, Gateway, Site, Target, noise};

#[rstest]
fn noise_at_a_listener_harms_nobody_else(
    #[values(Kind::Pipe, Kind::Unix, Kind::Tcp, Kind::Tls)] near: Kind,
    #[values("byte", "message")] mode: &str,
) {
    let site = Site::new();
    let target = Target::tcp();
    let connect = target.address.clone();
    let listen = near.listen(&site, None);
    let config = preamble(&site)
        + &format!(
            "[bridge.one]\nmode = \"{mode}\"\nhandshake_timeout = \"2s\"\nlisten = {listen}\n\
             connect = \"{connect}\"\n"
        );
    let mut gateway = Gateway::start(&site, config);
    target.serve(echo);
    for round in 0..40 {
        let mut client = match near {
            Kind::Tls => Duplex::tcp(gateway.at("one")),
            _ => near.client(&site, &gateway),
        };
        // The gateway may hang up in the middle of it.
        let _ = client.write_all(&noise(round, 1 + 997 * round as usize));
        if near == Kind::Tcp && round % 2 == 0 {
            client.reset();
        }
    }
    let mut client = near.client(&site, &gateway);
    client.send(b"\0\0\0\x04safe");
    assert_eq!(client.exactly(8), b"\0\0\0\x04safe");
    assert!(gateway.running());
}

#[test]
fn noise_in_place_of_a_proxy_header_is_handshake_failed_and_reaches_no_target() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = Gateway::start(
        &site,
        format!(
            "[bridge.one]\nlisten = {{ address = \"tcp:127.0.0.1:0\", proxy_protocol = \"v2\", \
             proxy_from = [\"127.0.0.0/8\"] }}\nconnect = \"{}\"\n",
            target.address
        ),
    );
    for round in 0..20 {
        let mut client = gateway.tcp("one");
        let _ = client.write_all(&noise(round, 200));
        let _ = client.drain();
    }
    let records = gateway.wait_records(20);
    assert!(records.iter().all(|record| record.outcome == "handshake_failed"), "{records:?}");
    assert!(target.untouched());
}

#[test]
fn noise_at_the_admin_listener_does_not_stop_it() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = Gateway::start(
        &site,
        format!("[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = \"{}\"\n", target.address),
    );
    for round in 0..20 {
        let mut client = Duplex::tcp(gateway.admin());
        let _ = client.write_all(&noise(round, 3000));
        let _ = client.write_all(b"\r\n\r\n");
    }
    assert!(gateway.metrics().0.contains("pipeferry_build_info"));
}

//! What OpenSSL does with a session: its suites, new keys, tickets, and another
//! handshake inside.

use std::io::{BufReader, Read};

use rstest::rstest;

use super::openssl::Server;
use crate::harness::program::{Program, await_line, piped};
use crate::harness::target::echo;
use crate::harness::{Gateway, Site, Target};

fn listening(site: &Site, target: &Target) -> Gateway {
    let config = format!(
        "{}[bridge.one]\nconnect = \"{}\"\n\
         listen = {{ address = \"tls:127.0.0.1:0\", identity = \"gateway\", client_cert = \"none\" }}\n",
        site.identity("gateway"),
        target.address
    );
    Gateway::start(site, config)
}

fn s_client(site: &Site, gateway: &Gateway, more: &[&str]) -> Program {
    let mut command = piped("openssl");
    command.current_dir(site.root()).args(["s_client", "-CAfile", "ca.pem"]);
    command.arg("-connect").arg(gateway.at("one").to_string()).args(more);
    Program::start(&mut command)
}

#[test]
fn every_suite_that_is_offered_carries_data_both_ways() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = listening(&site, &target);
    target.serve(echo);
    let noise = crate::harness::noise(7, 100_000);
    for suite in [
        ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"],
        ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384"],
        ["-tls1_2", "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305"],
        ["-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256"],
        ["-tls1_3", "-ciphersuites", "TLS_AES_256_GCM_SHA384"],
        ["-tls1_3", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"],
    ] {
        let mut client = s_client(&site, &gateway, &[&["-quiet"], &suite[..]].concat());
        client.write(&noise);
        let mut back = vec![0; noise.len()];
        client.child.stdout.as_mut().unwrap().read_exact(&mut back).unwrap();
        crate::harness::payload::assert_same(suite[2], &back, &noise);
    }
}

/// `K` asks for a key update of ours too, `k` does not.
#[test]
fn s_client_renews_the_keys_in_the_middle_of_a_connection() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = listening(&site, &target);
    target.serve(echo);
    let mut client = s_client(&site, &gateway, &["-tls1_3"]);
    let mut told = BufReader::new(client.child.stderr.take().unwrap());
    let mut heard = client.lines();
    for (round, command) in ["K", "k", "K", "K"].into_iter().enumerate() {
        // A line that is read together with a command is part of it.
        client.write(format!("line {round}\n").as_bytes());
        await_line(&mut heard, |line| line == format!("line {round}\n"));
        client.write(format!("{command}\n").as_bytes());
        await_line(&mut told, |line| line.contains("KEYUPDATE"));
    }
    client.write(b"last\n");
    await_line(&mut heard, |line| line == "last\n");
    client.close_stdin();
    gateway.ended("done");
}

#[test]
fn s_client_that_wants_another_handshake_is_told_that_there_is_none() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = listening(&site, &target);
    target.serve(echo);
    let mut client = s_client(&site, &gateway, &["-tls1_2"]);
    client.write(b"line\n");
    await_line(&mut client.lines(), |line| line == "line\n");
    client.write(b"R\n");
    let mut told = String::new();
    client.child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert!(told.contains("no renegotiation"), "{told}");
}

/// With our certificate asked for, as between two gateways.
#[rstest]
fn a_gateway_resumes_its_session_with_a_server(
    #[values("-tls1_2", "-tls1_3")] version: &str,
    #[values(true, false)] resume: bool,
) {
    let site = Site::new();
    let Server { program: mut server, lines: mut told, port } = Server::start(&site, version);
    let gateway = Gateway::start(
        &site,
        format!(
            "{}[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = {{ \
             address = \"tls:localhost:{port}\", identity = \"gateway\", resume = {resume} }}\n",
            site.identity("gateway")
        ),
    );
    for round in 0..3 {
        let mut client = gateway.tcp("one");
        client.send(b"hello\n");
        let mut reused = false;
        await_line(&mut told, |line| {
            reused |= line.contains("Reused session-id");
            line == "hello\n"
        });
        assert_eq!(reused, resume && round > 0, "{version}, {round}");
        // What comes behind the server's tickets: they have been taken.
        server.write(b"back\n");
        assert_eq!(client.exactly(5), b"back\n");
        client.finish();
        gateway.wait_records(round + 1);
    }
}

//! OpenSSL's own client and server.

use std::io::{BufReader, Read};
use std::process::ChildStdout;

use crate::harness::authority::Leaf;
use crate::harness::program::{Program, await_line, piped};
use crate::harness::target::echo;
use crate::harness::{Gateway, Site, Target};

fn tls_gateway(site: &Site, target: &Target) -> Gateway {
    let config = format!(
        "{}[bridge.one]\nconnect = \"{}\"\n\
         listen = {{ address = \"tls:127.0.0.1:0\", identity = \"gateway\", \
         allow = [{{ cn = \"client\" }}] }}\n",
        site.identity("gateway"),
        target.address
    );
    Gateway::start(site, config)
}

fn s_client(site: &Site, gateway: &Gateway, name: &str, more: &[&str]) -> Program {
    site.leaf(name, Leaf::named(name));
    let mut command = piped("openssl");
    command.current_dir(site.root()).args(["s_client", "-quiet", "-verify_return_error"]);
    command.args([
        "-CAfile",
        "ca.pem",
        "-verify_hostname",
        "localhost",
        "-servername",
        "localhost",
    ]);
    command.arg("-cert").arg(format!("{name}.pem")).arg("-key").arg(format!("{name}.key"));
    command.arg("-connect").arg(gateway.at("one").to_string()).args(more);
    Program::start(&mut command)
}

/// `openssl s_server`, which wants a certificate of its client's too.
pub struct Server {
    pub program: Program,
    /// What it says.
    pub lines: BufReader<ChildStdout>,
    pub port: String,
}

impl Server {
    pub fn start(site: &Site, option: &str) -> Self {
        site.leaf("server", Leaf::localhost("server"));
        let mut command = piped("openssl");
        command.current_dir(site.root()).args(["s_server", option, "-accept", "127.0.0.1:0"]);
        command.args(["-cert", "server.pem", "-key", "server.key", "-CAfile", "ca.pem"]);
        command.args(["-Verify", "1", "-verify_return_error"]);
        let mut program = Program::start(&mut command);
        let mut lines = program.lines();
        let line = await_line(&mut lines, |line| line.contains("ACCEPT"));
        let port = line.rsplit(':').next().unwrap().to_owned();
        Self { program, lines, port }
    }
}

#[test]
fn s_client_talks_through_in_either_version() {
    for version in ["-tls1_2", "-tls1_3"] {
        let site = Site::new();
        let target = Target::tcp();
        let gateway = tls_gateway(&site, &target);
        let mut client = s_client(&site, &gateway, "client", &[version]);
        client.write(b"a line of text\n");
        let mut service = target.accept();
        assert_eq!(service.exactly(15), b"a line of text\n");
        service.send(b"and one back\n");
        service.finish();
        let output = client.output();
        assert_eq!(output.stdout, b"and one back\n");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!said.contains("unexpected eof"), "{version}: {said}");
    }
}

#[test]
fn s_client_sees_a_truncation_when_the_target_is_reset() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = tls_gateway(&site, &target);
    let mut client = s_client(&site, &gateway, "client", &[]);
    client.write(b"hello\n");
    let mut service = target.accept();
    assert_eq!(service.exactly(6), b"hello\n");
    service.reset();
    let output = client.output();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("unexpected eof") || said.contains("read:errno=104"), "{said}");
    gateway.ended("target_gone");
}

#[test]
fn s_client_with_a_certificate_that_no_rule_allows_sees_the_alert() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = tls_gateway(&site, &target);
    let mut client = s_client(&site, &gateway, "mallory", &[]);
    let mut said = String::new();
    client.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(said.contains("access denied"), "{said}");
    assert!(target.untouched());
    gateway.ended("denied");
}

#[test]
fn s_server_is_dialled_with_both_certificates_checked() {
    let site = Site::new();
    let server = Server::start(&site, "-rev");
    let port = &server.port;
    let gateway = Gateway::start(
        &site,
        format!(
            "{}[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\n\
             connect = {{ address = \"tls:localhost:{port}\", identity = \"gateway\" }}\n",
            site.identity("gateway")
        ),
    );
    let mut client = gateway.tcp("one");
    client.send(b"desserts\n");
    assert_eq!(client.exactly(9), b"stressed\n");
}

#[test]
fn s_client_moves_a_megabyte_through_an_echo() {
    let site = Site::new();
    let target = Target::tcp();
    let gateway = tls_gateway(&site, &target);
    target.serve(echo);
    let mut client = s_client(&site, &gateway, "client", &[]);
    let all = crate::harness::noise(1, 1 << 20);
    let mut stdin = client.child.stdin.take().unwrap();
    let writing = std::thread::spawn({
        let all = all.clone();
        move || {
            use std::io::Write;
            stdin.write_all(&all).unwrap();
            stdin
        }
    });
    let mut back = vec![0; all.len()];
    client.child.stdout.as_mut().unwrap().read_exact(&mut back).unwrap();
    drop(writing.join().unwrap());
    crate::harness::payload::assert_same("echoed", &back, &all);
}

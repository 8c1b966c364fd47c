//! Identities in the shapes that sites have them: the system's store, lists
//! that have run out, chains, keys that cannot be read.

use crate::harness::authority::{Authority, Leaf};
use crate::harness::program::piped;
use crate::harness::{Gateway, Site, Target, check, pipeferry, ran, tls};

const REST: &str = "[admin]\nlisten = \"tcp:127.0.0.1:0\"\n[log]\nformat = \"json\"\n";

#[test]
fn the_systems_store_is_trusted_when_dialling() {
    let site = Site::new();
    let target = Target::tls(&site);
    let config = format!(
        "[identity.public]\ntrust = \"system\"\n\
         [bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\n\
         connect = {{ address = \"{}\", identity = \"public\" }}\n{REST}",
        target.address
    );
    let path = site.write("pipeferry.toml", &config);
    let mut command = pipeferry(&["run", "--config"]);
    command.arg(path).env("SSL_CERT_FILE", site.path("ca.pem"));
    let gateway = Gateway::spawn(command, &config);
    let mut client = gateway.tcp("one");
    client.send(b"hello");
    assert_eq!(target.accept().exactly(5), b"hello");
}

#[test]
fn the_systems_store_says_nothing_about_clients() {
    let site = Site::new();
    site.identity("gateway");
    let config = "[identity.gateway]\ncert = \"gateway.pem\"\nkey = \"gateway.key\"\n\
                  trust = \"system\"\n[bridge.one]\nconnect = \"tcp:127.0.0.1:9\"\n\
                  listen = { address = \"tls:127.0.0.1:0\", identity = \"gateway\", allow = \"any\" }\n";
    let path = site.write("pipeferry.toml", config);
    let said = check(&path);
    assert_eq!(said.code, 2, "{}", said.stdout);
    assert!(said.stderr.contains("trust"), "{}", said.stderr);
}

#[test]
fn a_listener_under_an_encrypted_key_says_what_is_wrong() {
    let site = Site::new();
    site.identity("gateway");
    let locked = piped("openssl")
        .current_dir(site.root())
        .args(["pkcs8", "-topk8", "-in", "gateway.key", "-out", "locked.key"])
        .args(["-passout", "pass:sesame"])
        .output()
        .unwrap();
    assert!(locked.status.success());
    let config = "[identity.gateway]\ncert = \"gateway.pem\"\nkey = \"locked.key\"\n\
                  trust = \"ca.pem\"\n[bridge.one]\nconnect = \"tcp:127.0.0.1:9\"\n\
                  listen = { address = \"tls:127.0.0.1:0\", identity = \"gateway\", allow = \"any\" }\n";
    let path = site.write("pipeferry.toml", config);
    let said = check(&path);
    assert_eq!(said.code, 2, "{}", said.stdout);
    assert!(said.stderr.contains("locked.key"), "{}", said.stderr);
    assert!(said.stderr.contains("encrypted"), "{}", said.stderr);
}

#[test]
fn a_wrong_password_for_pkcs12_is_told_as_such() {
    let site = Site::new();
    site.identity("gateway");
    let made = piped("openssl")
        .current_dir(site.root())
        .args(["pkcs12", "-export", "-in", "gateway.pem", "-inkey", "gateway.key"])
        .args(["-out", "gateway.p12", "-passout", "pass:right"])
        .output()
        .unwrap();
    assert!(made.status.success());
    site.write("password", "wrong\n");
    let config = "[identity.gateway]\npkcs12 = \"gateway.p12\"\npassword_file = \"password\"\n\
                  trust = \"ca.pem\"\n[bridge.one]\nconnect = \"tcp:127.0.0.1:9\"\n\
                  listen = { address = \"tls:127.0.0.1:0\", identity = \"gateway\", allow = \"any\" }\n";
    let path = site.write("pipeferry.toml", config);
    let said = check(&path);
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("password"), "{}", said.stderr);
}

#[test]
fn certificates_of_the_product_itself_carry_a_tunnel_and_a_revocation() {
    let site = Site::new();
    let certs = |arguments: &[&str]| {
        ran(pipeferry(&["certs"]).args(arguments).current_dir(site.root())).good()
    };
    certs(&["init"]);
    certs(&["issue", "far", "--dns", "localhost"]);
    certs(&["issue", "near"]);
    certs(&["issue", "lost"]);
    certs(&["revoke", "lost"]);
    let target = Target::tcp();
    let folder = site.at("certs");
    let config = format!(
        "[identity.far]\ncert = \"{folder}/far.pem\"\nkey = \"{folder}/far.key\"\n\
         trust = \"{folder}/ca.pem\"\ncrl = [\"{folder}/ca.crl\"]\n\
         [bridge.one]\nconnect = \"{}\"\n\
         listen = {{ address = \"tls:127.0.0.1:0\", identity = \"far\", allow = \"any\" }}\n",
        target.address
    );
    let gateway = Gateway::start(&site, config);
    let connect = |name: &str| {
        let address = format!("tls:localhost:{}", gateway.at("one").port());
        let mut command = piped(env!("CARGO_BIN_EXE_pipeferry"));
        command.args(["connect", &address, "--half-close-timeout=5s"]);
        for (flag, file) in [("--trust", "ca.pem"), ("--cert", name), ("--key", name)] {
            let end = if flag == "--key" { ".key" } else { ".pem" };
            let file = if flag == "--trust" { file.to_owned() } else { format!("{file}{end}") };
            command.arg(flag).arg(format!("{folder}/{file}"));
        }
        crate::harness::program::Program::start(&mut command)
    };
    let mut good = connect("near");
    good.write(b"let me in");
    let mut service = target.accept();
    assert_eq!(service.exactly(9), b"let me in");
    good.close_stdin();
    service.finish();
    assert_eq!(service.rest(), b"");
    assert_eq!(good.output().status.code(), Some(0));

    let bad = connect("lost").output();
    assert_eq!(bad.status.code(), Some(1));
    let said = String::from_utf8_lossy(&bad.stderr).into_owned();
    assert!(said.contains("revoked"), "{said}");
    assert!(target.untouched());
}

#[test]
fn a_chain_with_an_intermediate_is_shown_and_taken() {
    let site = Site::new();
    let root = Authority::new("root");
    let (between, chain) = root.intermediate("between");
    site.write("ca.pem", root.pem());
    let leaf = between.issue(Leaf::localhost("gateway"));
    site.write("gateway.pem", leaf.chain_pem + &chain);
    site.write("gateway.key", leaf.key_pem);
    let client = between.issue(Leaf::named("client"));
    site.write("client.pem", client.chain_pem + &chain);
    site.write("client.key", client.key_pem);
    let target = Target::tcp();
    target_echo_through(&site, target);
}

/// openssl as client and our listener, both under the intermediate.
fn target_echo_through(site: &Site, target: Target) {
    let config = format!(
        "[identity.gateway]\ncert = \"gateway.pem\"\nkey = \"gateway.key\"\ntrust = \"ca.pem\"\n\
         [bridge.one]\nconnect = \"{}\"\n\
         listen = {{ address = \"tls:127.0.0.1:0\", identity = \"gateway\", allow = [{{ cn = \"client\" }}] }}\n",
        target.address
    );
    let gateway = Gateway::start(site, config);
    let mut command = piped("openssl");
    command.current_dir(site.root()).args(["s_client", "-quiet", "-verify_return_error"]);
    command.args(["-CAfile", "ca.pem", "-cert", "client.pem", "-cert_chain", "client.pem"]);
    command.args(["-key", "client.key", "-connect"]).arg(gateway.at("one").to_string());
    let mut client = crate::harness::program::Program::start(&mut command);
    client.write(b"through the chain\n");
    assert_eq!(target.accept().exactly(18), b"through the chain\n");
}

#[test]
fn a_revocation_list_that_has_run_out_is_warned_of_and_lets_nobody_in_unseen() {
    let site = Site::new();
    let target = Target::tcp();
    let issued = site.authority().issue(Leaf::named("client"));
    site.write("ca.crl", site.authority().revocation_list_until(&[], -1));
    let config = format!(
        "{}crl = [\"ca.crl\"]\n[bridge.one]\nconnect = \"{}\"\n\
         listen = {{ address = \"tls:127.0.0.1:0\", identity = \"gateway\", allow = \"any\" }}\n",
        site.identity("gateway"),
        target.address
    );
    let gateway = Gateway::start(&site, config);
    let warned = gateway.log().iter().any(|line| line.contains("WARN") && line.contains("ca.crl"));
    assert!(warned, "{:?}", gateway.log());
    tls::refusal(tls::dial(gateway.at("one"), tls::client_config(&site, Some(&issued))));
    assert!(target.untouched());
}

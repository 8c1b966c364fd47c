//! Each reason that the guide lists is one that a real refusal leaves in the
//! log, and each refusal here finds its row.

use std::net::TcpListener;

use crate::harness::authority::{Authority, Issued, Leaf};
use crate::harness::program::{as_account, piped};
use crate::harness::{Gateway, Site, Target, ran, tls};

/// The beginnings of the reasons in the guide's tables: what stands in the
/// first cell's first code span, up to where a name or a date would stand.
fn listed() -> Vec<String> {
    let guide = include_str!("../../../docs/operating.md");
    let rows = guide.lines().filter_map(|line| line.strip_prefix("| \u{201c}"));
    rows.map(|row| row.split(['\u{201d}', '\u{2026}']).next().unwrap().to_owned()).collect()
}

/// A gateway with a TLS listener; `keys` are of the end, `identity` of the
/// identity.
fn door(site: &Site, identity: &str, keys: &str) -> Gateway {
    let config = format!(
        "{}{identity}[bridge.one]\nconnect = \"tcp:127.0.0.1:1\"\n\
         listen = {{ address = \"tls:127.0.0.1:0\", identity = \"gateway\", {keys} }}\n",
        site.identity("gateway"),
    );
    Gateway::start(site, config)
}

fn reason(gateway: &Gateway) -> String {
    gateway.record().text("reason").to_owned()
}

fn knocks(gateway: &Gateway, site: &Site, issued: Option<&Issued>) -> String {
    tls::refusal(tls::dial(gateway.at("one"), tls::client_config(site, issued)));
    reason(gateway)
}

fn shows(leaf: Leaf, keys: &str) -> String {
    let site = Site::new();
    let issued = site.authority().issue(leaf);
    knocks(&door(&site, "", keys), &site, Some(&issued))
}

fn shows_nothing() -> String {
    let site = Site::new();
    knocks(&door(&site, "", "allow = \"any\""), &site, None)
}

fn comes_from_another_authority() -> String {
    let site = Site::new();
    let stranger = Authority::new("stranger").issue(Leaf::named("x"));
    knocks(&door(&site, "", "allow = \"any\""), &site, Some(&stranger))
}

fn is_for_servers_only() -> String {
    let site = Site::new();
    let certs = |arguments: &[&str]| {
        let mut command = crate::harness::pipeferry(&["certs"]);
        ran(command.args(arguments).current_dir(site.root())).good();
    };
    certs(&["init"]);
    certs(&["issue", "localhost"]);
    certs(&["issue", "web", "--server"]);
    let config = "[identity.gateway]\ncert = \"certs/localhost.pem\"\nkey = \"certs/localhost.key\"\n\
                  trust = \"certs/ca.pem\"\n[bridge.one]\nconnect = \"tcp:127.0.0.1:1\"\n\
                  listen = { address = \"tls:127.0.0.1:0\", identity = \"gateway\", allow = \"any\" }\n";
    let gateway = Gateway::start(&site, config);
    let mut command = crate::harness::pipeferry(&["connect"]);
    command.arg(format!("tls:localhost:{}", gateway.at("one").port()));
    for (flag, file) in [("--trust", "ca.pem"), ("--cert", "web.pem"), ("--key", "web.key")] {
        command.arg(flag).arg(site.path("certs").join(file));
    }
    assert_eq!(ran(&mut command).code, 1);
    reason(&gateway)
}

fn with_list(revoked: bool, list_of: impl Fn(&Site) -> String) -> String {
    let site = Site::new();
    let issued = site.authority().issue(Leaf::named("x"));
    let list = match revoked {
        true => site.authority().revocation_list(&[issued.serial]),
        false => list_of(&site),
    };
    site.write("ca.crl", list);
    let gateway = door(&site, "crl = [\"ca.crl\"]\n", "allow = \"any\"");
    knocks(&gateway, &site, Some(&issued))
}

fn is_checked_by_a_list_that_ran_out() -> String {
    with_list(false, |site| site.authority().revocation_list_until(&[], -1))
}

fn is_checked_by_the_list_of_another_authority() -> String {
    with_list(false, |_| Authority::new("other").revocation_list(&[]))
}

fn does_not_trust_us() -> String {
    let site = Site::new();
    let gateway = door(&site, "", "allow = \"any\"");
    site.write("other.pem", Authority::new("other").pem());
    let client = piped("openssl")
        .current_dir(site.root())
        .args(["s_client", "-CAfile", "other.pem", "-verify_return_error"])
        .args(["-connect", &gateway.at("one").to_string()])
        .output()
        .unwrap();
    assert!(!client.status.success());
    reason(&gateway)
}

fn speaks_no_tls() -> String {
    let site = Site::new();
    let gateway = door(&site, "", "allow = \"any\"");
    let mut client = gateway.tcp("one");
    client.send(b"GET / HTTP/1.1\r\nHost: gateway\r\n\r\n");
    client.drain();
    reason(&gateway)
}

fn says_nothing() -> String {
    let site = Site::new();
    let text = site.identity("gateway")
        + "[bridge.one]\nconnect = \"tcp:127.0.0.1:1\"\nhandshake_timeout = \"200ms\"\n\
           listen = { address = \"tls:127.0.0.1:0\", identity = \"gateway\", allow = \"any\" }\n";
    let gateway = Gateway::start(&site, text);
    gateway.tcp("one").drain();
    reason(&gateway)
}

fn has_another_account() -> String {
    let site = Site::new();
    site.open_to_all();
    let at = site.at("door.sock");
    let config = format!(
        "[bridge.one]\nconnect = \"tcp:127.0.0.1:1\"\n\
         listen = {{ address = \"unix:{at}\", permissions = \"0666\" }}\n"
    );
    let gateway = Gateway::start(&site, config);
    let mut client = as_account(54_001, 54_100, &[], "socat");
    client.args(["-u", &format!("UNIX-CONNECT:{at}"), "STDOUT"]);
    client.output().unwrap();
    reason(&gateway)
}

/// The near gateway's log, where a far end under `leaf` does not do.
fn dials(leaf: Leaf, keys: &str) -> String {
    let site = Site::new();
    let issued = site.leaf("target", leaf);
    dials_under(&site, &issued, keys)
}

fn dials_under(site: &Site, issued: &Issued, keys: &str) -> String {
    let target = Target::tls_with(tls::server_config(site, issued));
    let config = format!(
        "{}[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\n\
         connect = {{ address = \"{}\", identity = \"gateway\"{keys} }}\n",
        site.identity("gateway"),
        target.address
    );
    let gateway = Gateway::start(site, config);
    target.serve(drop);
    gateway.tcp("one").drain();
    reason(&gateway)
}

fn dials_another_authority() -> String {
    let issued = Authority::new("stranger").issue(Leaf::localhost("x"));
    dials_under(&Site::new(), &issued, "")
}

/// Two gateways: the far one refuses the near one's certificate.
fn is_refused_by_the_far_side() -> String {
    let site = Site::new();
    let far = door(&site, "", "allow = { cn = \"somebody else\" }");
    let config = format!(
        "{}[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\n\
         connect = {{ address = \"tls:localhost:{}\", identity = \"near\" }}\n",
        site.identity("near"),
        far.at("one").port()
    );
    let near = Gateway::start_as(&site, "near.toml", config);
    near.tcp("one").drain();
    reason(&near)
}

fn dials_a_port_that_nobody_has() -> String {
    let site = Site::new();
    let at = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let config = format!("[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\nconnect = \"tcp:{at}\"\n");
    let gateway = Gateway::start(&site, config);
    gateway.tcp("one").drain();
    reason(&gateway)
}

#[test]
fn the_reasons_in_the_guide_are_those_of_real_refusals() {
    let found = [
        shows_nothing(),
        comes_from_another_authority(),
        shows(Leaf::named("late").days(-1), "allow = \"any\""),
        is_for_servers_only(),
        with_list(true, |_| String::new()),
        is_checked_by_a_list_that_ran_out(),
        is_checked_by_the_list_of_another_authority(),
        shows(Leaf::named("till-9"), "allow = { cn = \"till-7\" }"),
        does_not_trust_us(),
        speaks_no_tls(),
        says_nothing(),
        has_another_account(),
        dials(Leaf::named("x").dns("elsewhere.example.com"), ""),
        dials(Leaf::localhost("x"), ", verify = { ou = \"vault\" }"),
        dials_another_authority(),
        is_refused_by_the_far_side(),
        dials_a_port_that_nobody_has(),
    ];
    let listed = listed();
    for reason in &found {
        assert!(
            listed.iter().any(|row| reason.contains(row.as_str())),
            "no row for {reason:?} in {listed:#?}"
        );
    }
    for row in &listed {
        assert!(
            found.iter().any(|reason| reason.contains(row.as_str())),
            "nothing says {row:?}: {found:#?}"
        );
    }
}

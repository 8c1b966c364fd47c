//! Who may come in by certificate: judged inside the handshake, so that the
//! refused see an alert and reach no target.

use std::io::{self, Read, Write};

use rustls::AlertDescription;

use crate::harness::authority::{Authority, Issued, Leaf};
use crate::harness::{Duplex, End, Gateway, Site, Target, eventually, tls};

struct Door {
    gateway: Gateway,
    target: Target,
    site: Site,
}

impl Door {
    /// A TLS listener with these keys beside address and identity.
    fn new(site: Site, keys: &str) -> Self {
        let identity = site.identity("gateway");
        Self::with_identity(site, &identity, keys)
    }

    fn with_identity(site: Site, identity: &str, keys: &str) -> Self {
        let target = Target::tcp();
        let config = format!(
            "{identity}[bridge.one]\nconnect = \"{}\"\n\
             listen = {{ address = \"tls:127.0.0.1:0\", identity = \"gateway\", {keys} }}\n",
            target.address
        );
        Self { gateway: Gateway::start(&site, config), target, site }
    }

    fn allow(rules: &str) -> Self {
        Self::new(Site::new(), &format!("allow = [{rules}]"))
    }

    fn knock(&self, issued: Option<&Issued>) -> io::Result<Duplex> {
        tls::dial(self.gateway.at("one"), tls::client_config(&self.site, issued))
    }

    #[track_caller]
    fn lets_in(&self, leaf: Leaf) {
        let issued = self.site.authority().issue(leaf);
        let mut client = self.knock(Some(&issued)).expect("a handshake");
        client.send(b"knock");
        assert_eq!(self.target.accept().exactly(5), b"knock");
    }

    #[track_caller]
    fn refuses(&self, leaf: Leaf) -> AlertDescription {
        let issued = self.site.authority().issue(leaf);
        let before = self.counted("denied");
        let alert = tls::refusal(self.knock(Some(&issued)));
        assert!(self.target.untouched(), "a refused client reached the target");
        let labels = [("bridge", "one"), ("outcome", "denied")];
        self.gateway.metric_reaches("connections_total", &labels, before + 1.0);
        alert
    }

    fn counted(&self, outcome: &str) -> f64 {
        let labels = [("bridge", "one"), ("outcome", outcome)];
        self.gateway.metrics().value("connections_total", &labels)
    }
}

#[test]
fn any_certificate_of_the_trusted_authority_comes_in_where_any_is_allowed() {
    let door = Door::new(Site::new(), "allow = \"any\"");
    door.lets_in(Leaf::named("whoever"));
    door.lets_in(Leaf::default().dns("nameless.example.com"));
}

#[test]
fn a_common_name_is_matched_whole() {
    let door = Door::allow("{ cn = \"orders\" }");
    door.lets_in(Leaf::named("orders"));
    door.refuses(Leaf::named("orders2"));
    door.refuses(Leaf::named("xorders"));
    door.refuses(Leaf::default().dns("orders"));
}

#[test]
fn an_organizational_unit_is_matched() {
    let door = Door::allow("{ ou = [\"billing\", \"shipping\"] }");
    door.lets_in(Leaf::named("a").ou("shipping"));
    door.refuses(Leaf::named("b").ou("marketing"));
    door.refuses(Leaf::named("billing"));
}

#[test]
fn a_star_in_a_dns_rule_is_exactly_one_label() {
    let door = Door::allow("{ dns = \"*.branch.example.com\" }");
    door.lets_in(Leaf::named("a").dns("berlin.branch.example.com"));
    door.lets_in(Leaf::named("a").dns("other.example.com").dns("rome.branch.example.com"));
    door.lets_in(Leaf::named("a").dns("BERLIN.Branch.Example.com"));
    door.refuses(Leaf::named("b").dns("branch.example.com"));
    door.refuses(Leaf::named("b").dns("x.berlin.branch.example.com"));
    door.refuses(Leaf::named("b").dns("berlin.branch.example.com.evil.net"));
    door.refuses(Leaf::named("berlin.branch.example.com"));
}

#[test]
fn stars_in_a_uri_rule_are_one_segment_or_any_number() {
    let door = Door::allow("{ uri = [\"spiffe://site/ns/*/sa/web\", \"spiffe://site/ops/**\"] }");
    door.lets_in(Leaf::named("a").uri("spiffe://site/ns/prod/sa/web"));
    door.lets_in(Leaf::named("a").uri("spiffe://site/ops/a/b/c"));
    door.refuses(Leaf::named("b").uri("spiffe://site/ns/a/b/sa/web"));
    door.refuses(Leaf::named("b").uri("spiffe://site/ns/prod/sa/webmaster"));
    door.refuses(Leaf::named("b").uri("spiffe://other/ops/a"));
}

#[test]
fn an_ip_rule_takes_an_address_or_a_network() {
    let door = Door::allow("{ ip = [\"192.0.2.7\", \"10.0.0.0/8\"] }");
    door.lets_in(Leaf::named("a").ip("192.0.2.7"));
    door.lets_in(Leaf::named("a").ip("10.200.3.4"));
    door.refuses(Leaf::named("b").ip("192.0.2.8"));
    door.refuses(Leaf::named("b").ip("11.0.0.1"));
}

#[test]
fn an_email_rule_matches_a_mailbox_or_a_whole_domain() {
    let door = Door::allow("{ email = [\"ann@example.com\", \"*@ops.example.com\"] }");
    door.lets_in(Leaf::named("a").email("ann@example.com"));
    door.lets_in(Leaf::named("a").email("anyone@ops.example.com"));
    door.refuses(Leaf::named("b").email("bob@example.com"));
    door.refuses(Leaf::named("b").email("ann@example.com.evil.net"));
}

#[test]
fn a_pin_matches_one_key_alone() {
    let site = Site::new();
    let pinned = site.authority().issue(Leaf::named("pinned"));
    let door = Door::new(site, &format!("allow = [{{ spki = \"{}\" }}]", pinned.spki_hex));
    let mut client = door.knock(Some(&pinned)).unwrap();
    client.send(b"hi");
    assert_eq!(door.target.accept().exactly(2), b"hi");
    door.refuses(Leaf::named("pinned"));
}

#[test]
fn all_keys_of_one_rule_must_match_and_one_rule_is_enough() {
    let door = Door::allow("{ cn = \"web\", ou = \"blue\" }, { dns = \"backup.example.com\" }");
    door.lets_in(Leaf::named("web").ou("blue"));
    door.lets_in(Leaf::named("x").dns("backup.example.com"));
    door.refuses(Leaf::named("web"));
    door.refuses(Leaf::named("web").ou("red"));
    door.refuses(Leaf::named("db").ou("blue"));
}

#[test]
fn a_refused_client_sees_an_access_alert() {
    let door = Door::allow("{ cn = \"orders\" }");
    assert_eq!(door.refuses(Leaf::named("mallory")), AlertDescription::AccessDenied);
    let record = door.gateway.record();
    assert_eq!(record.outcome, "denied");
    assert!(record.text("identity").contains("mallory"), "the log says who: {record:?}");
}

#[test]
fn a_client_without_a_certificate_is_refused_with_an_alert() {
    let door = Door::allow("{ cn = \"orders\" }");
    let alert = tls::refusal(door.knock(None));
    assert_eq!(alert, AlertDescription::CertificateRequired);
    let outcome = door.gateway.record().outcome;
    assert_eq!(outcome, "denied");
    assert!(door.target.untouched());
}

#[test]
fn a_certificate_of_another_authority_is_refused_with_an_alert() {
    let door = Door::new(Site::new(), "allow = \"any\"");
    let stranger = Authority::new("stranger").issue(Leaf::named("orders"));
    tls::refusal(door.knock(Some(&stranger)));
    assert_eq!(door.gateway.record().outcome, "denied");
    assert!(door.target.untouched());
}

#[test]
fn a_certificate_that_has_ended_is_refused_with_an_alert() {
    let door = Door::new(Site::new(), "allow = \"any\"");
    assert_eq!(door.refuses(Leaf::named("late").days(-1)), AlertDescription::CertificateExpired);
}

#[test]
fn a_revoked_certificate_is_refused_and_others_come_in() {
    let site = Site::new();
    let revoked = site.authority().issue(Leaf::named("revoked"));
    let list = site.authority().revocation_list(&[revoked.serial]);
    site.write("ca.crl", list);
    let identity = site.identity("gateway") + "crl = [\"ca.crl\"]\n";
    let door = Door::with_identity(site, &identity, "allow = \"any\"");
    let alert = tls::refusal(door.knock(Some(&revoked)));
    assert_eq!(alert, AlertDescription::CertificateRevoked);
    assert_eq!(door.gateway.record().outcome, "denied");
    door.lets_in(Leaf::named("good"));
}

#[test]
fn no_certificate_is_asked_for_where_client_cert_is_none() {
    let door = Door::new(Site::new(), "client_cert = \"none\"");
    let mut client = door.knock(None).unwrap();
    client.send(b"anyone");
    assert_eq!(door.target.accept().exactly(6), b"anyone");
}

#[test]
fn the_log_names_the_certificate_that_came_in() {
    let door = Door::new(Site::new(), "allow = \"any\"");
    door.lets_in(Leaf::named("orders-7").dns("seven.example.com").uri("spiffe://site/seven"));
    let record = door.gateway.record();
    let identity = record.text("identity");
    for name in ["orders-7", "seven.example.com", "spiffe://site/seven"] {
        assert!(identity.contains(name), "{name} in {identity:?}");
    }
}

#[test]
fn a_version_below_min_tls_is_refused() {
    let door = Door::new(Site::new(), "allow = \"any\", min_tls = \"1.3\"");
    let output = crate::harness::program::piped("openssl")
        .args(["s_client", "-tls1_2", "-connect", &door.gateway.at("one").to_string()])
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("alert protocol version"));
    assert_eq!(door.gateway.record().outcome, "handshake_failed");
}

/// A bridge that dials TLS with these keys, and the target under `leaf`.
fn dialling(site: &Site, leaf: Leaf, keys: &str) -> (Gateway, Target) {
    let issued = site.leaf("target", leaf);
    let target = Target::tls_with(tls::server_config(site, &issued));
    let config = format!(
        "{}[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\n\
         connect = {{ address = \"{}\", identity = \"gateway\"{keys} }}\n",
        site.identity("gateway"),
        target.address
    );
    (Gateway::start(site, config), target)
}

/// Plays the target's part until the bridge has judged it: `None` when the
/// client was carried, else the outcome.
fn judged(gateway: &Gateway, target: &Target) -> Option<String> {
    let mut client = gateway.tcp("one");
    eventually("the bridge to judge its target", || {
        // TLS 1.3: the server is through before the client has judged it, so
        // only what arrives at the far side tells.
        let service = target.try_accept();
        if let Some(mut service) = service {
            let said = service.write_all(b"ok");
            let mut greeting = [0; 2];
            if said.is_ok() && client.read_exact(&mut greeting).is_ok() {
                return Some(None);
            }
        }
        gateway.records().first().map(|record| Some(record.outcome.clone()))
    })
}

#[test]
fn a_target_under_another_name_is_not_talked_to() {
    let site = Site::new();
    let (gateway, target) = dialling(&site, Leaf::named("x").dns("elsewhere.example.com"), "");
    assert_eq!(judged(&gateway, &target).as_deref(), Some("dial_failed"));
}

#[test]
fn server_name_overrides_the_name_of_the_address() {
    let site = Site::new();
    let keys = ", server_name = \"elsewhere.example.com\"";
    let leaf = Leaf::named("x").dns("elsewhere.example.com");
    let (gateway, target) = dialling(&site, leaf, keys);
    assert_eq!(judged(&gateway, &target), None);
}

#[test]
fn verify_rules_hold_beside_the_name() {
    for (ou, verdict) in [("vault", None), ("attic", Some("dial_failed"))] {
        let site = Site::new();
        let leaf = Leaf::localhost("x").ou(ou);
        let (gateway, target) = dialling(&site, leaf, ", verify = [{ ou = \"vault\" }]");
        assert_eq!(judged(&gateway, &target).as_deref(), verdict, "{ou}");
    }
}

#[test]
fn a_target_of_another_authority_is_not_talked_to() {
    let site = Site::new();
    let stranger = Authority::new("stranger").issue(Leaf::localhost("x"));
    let target = Target::tls_with(tls::server_config(&site, &stranger));
    let config = format!(
        "{}[bridge.one]\nlisten = \"tcp:127.0.0.1:0\"\n\
         connect = {{ address = \"{}\", identity = \"gateway\" }}\n",
        site.identity("gateway"),
        target.address
    );
    let gateway = Gateway::start(&site, config);
    assert_eq!(judged(&gateway, &target).as_deref(), Some("dial_failed"));
    let mut client = gateway.tcp("one");
    let _ = target.try_accept();
    assert_ne!(client.drain().1, End::Clean);
}

#[test]
fn the_dialling_end_shows_its_certificate() {
    let site = Site::new();
    let (gateway, target) = dialling(&site, Leaf::localhost("target"), "");
    let mut client = gateway.tcp("one");
    client.send(b"x");
    let Duplex::Tls(stream) = target.accept() else { unreachable!() };
    let shown = stream.connection.peer_certificates().expect("a certificate");
    let der = shown[0].as_ref();
    let text = String::from_utf8_lossy(der);
    assert!(text.contains("gateway"), "the identity's own certificate");
}

#[test]
fn an_identity_from_a_pkcs12_file_serves() {
    let site = Site::new();
    site.leaf("gateway", Leaf::localhost("gateway"));
    site.write("password", "sesame\n");
    let made = std::process::Command::new("openssl")
        .current_dir(site.root())
        .args(["pkcs12", "-export", "-in", "gateway.pem", "-inkey", "gateway.key"])
        .args(["-certfile", "ca.pem", "-out", "gateway.p12", "-passout", "file:password"])
        .status()
        .unwrap();
    assert!(made.success());
    let identity = "[identity.gateway]\npkcs12 = \"gateway.p12\"\npassword_file = \"password\"\n\
                    trust = \"ca.pem\"\n";
    let door = Door::with_identity(site, identity, "allow = [{ cn = \"orders\" }]");
    door.lets_in(Leaf::named("orders"));
    door.refuses(Leaf::named("mallory"));
}

//! Which servers a dialler takes.

use rcgen::{ExtendedKeyUsagePurpose, SanType};
use rstest::rstest;
use time::{Duration, OffsetDateTime};

use super::handshake::{Handshake, dial, listen, meet};
use super::pki::{Authority, Folder, Leaf, identity, load, params, trust_only};
use crate::config::{CertRule, TlsClients, TlsDial};
use crate::tls::{Identity, TlsError, client_config, explain_dial, server_config};

fn meets(ca: &Authority, leaf: &Leaf, dial: &TlsDial) -> Handshake {
    let server = identity(leaf, ca, &[]);
    meet((&server, &listen(TlsClients::Anonymous)), (&trust_only(ca), dial))
}

#[test]
fn a_host_name_must_stand_in_the_certificate() {
    let ca = Authority::new("CA");
    let leaf = ca.leaf("gateway", &["gw.example.com"]);
    meets(&ca, &leaf, &dial("gw.example.com")).succeeds();
    let refused = meets(&ca, &leaf, &dial("other.example.com"));
    assert_eq!(
        explain_dial(refused.client_error()),
        "the server's certificate is not for `other.example.com` but for `gw.example.com`"
    );
    // The server hears of it as an alert: that is no refusal of ours.
    assert!(refused.is_failed().contains("bad_certificate"));
}

#[test]
fn a_common_name_is_no_host_name() {
    let ca = Authority::new("CA");
    let refused = meets(&ca, &ca.leaf("gw.example.com", &[]), &dial("gw.example.com"));
    assert!(explain_dial(refused.client_error()).contains("no name at all"));
}

#[test]
fn server_name_stands_in_for_the_host() {
    let ca = Authority::new("CA");
    let leaf = ca.leaf("gateway", &["gw.example.com"]);
    let mut elsewhere = dial("127.0.0.1");
    assert!(meets(&ca, &leaf, &elsewhere).client.is_err());
    elsewhere.server_name = Some("gw.example.com".into());
    let (server, _) = meets(&ca, &leaf, &elsewhere).succeeds();
    assert_eq!(server.server_name(), Some("gw.example.com"));
}

#[rstest]
#[case("10.0.0.7", true)]
#[case("2001:db8::7", true)]
#[case("10.0.0.8", false)]
fn an_address_must_stand_in_the_certificate_as_an_address(#[case] host: &str, #[case] met: bool) {
    let ca = Authority::new("CA");
    let mut params = params("gateway");
    params.subject_alt_names = vec![
        SanType::IpAddress("10.0.0.7".parse().unwrap()),
        SanType::IpAddress("2001:db8::7".parse().unwrap()),
    ];
    assert_eq!(meets(&ca, &ca.issue(params), &dial(host)).client.is_ok(), met);
}

#[test]
fn verify_rules_come_on_top_of_the_name() {
    let ca = Authority::new("CA");
    let leaf = ca.leaf("gateway", &["gw.example.com"]);
    let rule = |cn: &str| Some(vec![CertRule { cn: vec![cn.into()], ..Default::default() }]);
    let with = |verify, host: &str| meets(&ca, &leaf, &TlsDial { verify, ..dial(host) });
    with(rule("gateway"), "gw.example.com").succeeds();
    let refused = with(rule("other"), "gw.example.com");
    let sentence = explain_dial(refused.client_error());
    assert!(sentence.contains("CN=gateway") && sentence.contains("does not match"), "{sentence}");
    assert!(with(rule("gateway"), "other.example.com").client.is_err());
}

#[test]
fn a_server_of_another_authority_is_refused() {
    let (ca, other) = (Authority::new("CA"), Authority::new("Other CA"));
    let leaf = other.leaf("gateway", &["gw.example.com"]);
    let refused = meets(&ca, &leaf, &dial("gw.example.com"));
    assert_eq!(
        explain_dial(refused.client_error()),
        "the server's certificate does not come from a CA in `trust`"
    );
}

#[test]
fn an_expired_server_is_refused() {
    let ca = Authority::new("CA");
    let mut old = params("gateway");
    old.not_before = OffsetDateTime::now_utc() - Duration::days(9);
    old.not_after = OffsetDateTime::now_utc() - Duration::days(1);
    old.subject_alt_names = vec![super::pki::dns("gw.example.com")];
    let refused = meets(&ca, &ca.issue(old), &dial("gw.example.com"));
    assert!(explain_dial(refused.client_error()).contains("expired at "));
}

#[test]
fn a_certificate_for_clients_only_is_no_server() {
    let ca = Authority::new("CA");
    let mut wrong = params("gateway");
    wrong.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    wrong.subject_alt_names = vec![super::pki::dns("gw.example.com")];
    let refused = meets(&ca, &ca.issue(wrong), &dial("gw.example.com"));
    assert!(explain_dial(refused.client_error()).contains("may not be used as a server"));
}

#[test]
fn a_name_that_no_certificate_can_carry_is_an_error_at_once() {
    let ca = Authority::new("CA");
    let error = client_config(&trust_only(&ca), &dial("not a host")).unwrap_err();
    assert!(matches!(error, TlsError::ServerName(name) if name == "not a host"));
}

#[test]
fn an_identity_that_lacks_what_the_end_needs_is_an_error() {
    let ca = Authority::new("CA");
    let error = server_config(&trust_only(&ca), &listen(TlsClients::Anonymous)).unwrap_err();
    assert!(matches!(error, TlsError::NoCredential(_)), "{error}");
    let shows_only = shows_only(&ca);
    let error = server_config(&shows_only, &listen(TlsClients::Any)).unwrap_err();
    assert!(matches!(error, TlsError::NoTrust(_)), "{error}");
    let error = client_config(&shows_only, &dial("gw.example.com")).unwrap_err();
    assert!(matches!(error, TlsError::NoTrust(_)), "{error}");
    assert!(server_config(&shows_only, &listen(TlsClients::Anonymous)).is_ok());
}

fn shows_only(ca: &Authority) -> Identity {
    let folder = Folder::new();
    let mut from = folder.pem(&ca.leaf("gateway", &[]), ca);
    from.trust = None;
    load(&from).unwrap()
}

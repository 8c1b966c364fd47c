//! Which clients a listener takes.

use rcgen::{DnType, ExtendedKeyUsagePurpose, SanType};
use rstest::rstest;

use super::handshake::{dial, listen, meet, only, rules};
use super::pki::{Authority, Leaf, dns, identity, params, trust_only};
use crate::config::{CertRule, SpkiPin, TlsClients, TlsVersion};
use crate::tls::is_refusal_alert;

fn till(authority: &Authority) -> Leaf {
    let mut params = params("till-7");
    params.distinguished_name.push(DnType::OrganizationalUnitName, "Tills");
    params.subject_alt_names = vec![
        dns("till-7.branch.example.com"),
        SanType::URI("spiffe://example.com/till/7".try_into().unwrap()),
        SanType::IpAddress("10.0.0.7".parse().unwrap()),
        SanType::Rfc822Name("till@example.com".try_into().unwrap()),
    ];
    authority.issue(params)
}

fn one(text: &str) -> Vec<String> {
    vec![text.into()]
}

#[rstest]
#[case::cn(CertRule { cn: one("till-7"), ..Default::default() }, CertRule { cn: one("till-8"), ..Default::default() })]
#[case::ou(CertRule { ou: one("Tills"), ..Default::default() }, CertRule { ou: one("Offices"), ..Default::default() })]
#[case::dns(CertRule { dns: one("*.branch.example.com"), ..Default::default() }, CertRule { dns: one("*.example.com"), ..Default::default() })]
#[case::uri(CertRule { uri: one("spiffe://example.com/**"), ..Default::default() }, CertRule { uri: one("spiffe://example.com/shop/*"), ..Default::default() })]
#[case::ip(CertRule { ip: vec!["10.0.0.0/8".parse().unwrap()], ..Default::default() }, CertRule { ip: vec!["10.1.0.0/16".parse().unwrap()], ..Default::default() })]
#[case::email(CertRule { email: one("*@example.com"), ..Default::default() }, CertRule { email: one("*@example.org"), ..Default::default() })]
fn a_rule_decides_inside_the_handshake(
    #[case] good: CertRule,
    #[case] bad: CertRule,
    #[values(TlsVersion::V1_2, TlsVersion::V1_3)] version: TlsVersion,
) {
    let ca = Authority::new("CA");
    let server = identity(&ca.leaf("gateway", &["gw.example.com"]), &ca, &[]);
    let client = identity(&till(&ca), &ca, &[]);
    let with = |rule: CertRule| {
        let mut listen = rules(vec![rule]);
        listen.tls = only(version);
        meet((&server, &listen), (&client, &dial("gw.example.com")))
    };
    with(good.clone()).succeeds();
    let refused = with(bad.clone());
    let reason = refused.is_denied();
    assert!(reason.contains("CN=till-7") && reason.contains("does not match"), "{reason}");
    assert!(is_refusal_alert(refused.client_error()).is_some());
    // AND within a rule, OR across rules.
    let listen = rules(vec![bad, good]);
    meet((&server, &listen), (&client, &dial("gw.example.com"))).succeeds();
}

#[test]
fn all_keys_of_a_rule_must_match() {
    let ca = Authority::new("CA");
    let server = identity(&ca.leaf("gateway", &["gw.example.com"]), &ca, &[]);
    let client = identity(&till(&ca), &ca, &[]);
    let rule = |ou: &str| CertRule { cn: one("till-7"), ou: one(ou), ..Default::default() };
    let with = |rule| meet((&server, &rules(vec![rule])), (&client, &dial("gw.example.com")));
    with(rule("Tills")).succeeds();
    with(rule("Offices")).is_denied();
}

#[test]
fn a_pin_admits_its_key_only() {
    let ca = Authority::new("CA");
    let server = identity(&ca.leaf("gateway", &["gw.example.com"]), &ca, &[]);
    let client = identity(&till(&ca), &ca, &[]);
    let pin = client.leaf().unwrap().spki;
    let with = |pin| {
        let rule = CertRule { spki: vec![SpkiPin(pin)], ..Default::default() };
        meet((&server, &rules(vec![rule])), (&client, &dial("gw.example.com")))
    };
    with(pin).succeeds();
    with([0; 32]).is_denied();
}

#[test]
fn any_admits_every_certificate_of_the_trusted_authorities() {
    let (ca, other) = (Authority::new("CA"), Authority::new("Other CA"));
    let server = identity(&ca.leaf("gateway", &["gw.example.com"]), &ca, &[]);
    let any = listen(TlsClients::Any);
    let client = identity(&till(&ca), &ca, &[]);
    meet((&server, &any), (&client, &dial("gw.example.com"))).succeeds();
    let stranger = identity(&till(&other), &ca, &[]);
    let refused = meet((&server, &any), (&stranger, &dial("gw.example.com")));
    assert_eq!(refused.is_denied(), "the client's certificate does not come from a CA in `trust`");
    let seen = is_refusal_alert(refused.client_error()).unwrap();
    assert!(seen.contains("unknown_ca"), "{seen}");
}

#[test]
fn an_authority_of_the_same_name_is_not_the_same_authority() {
    let (ca, impostor) = (Authority::new("CA"), Authority::new("CA"));
    let server = identity(&ca.leaf("gateway", &["gw.example.com"]), &ca, &[]);
    let client = identity(&till(&impostor), &ca, &[]);
    meet((&server, &listen(TlsClients::Any)), (&client, &dial("gw.example.com"))).is_denied();
}

#[rstest]
fn a_client_without_a_certificate_is_denied(
    #[values(TlsVersion::V1_2, TlsVersion::V1_3)] version: TlsVersion,
) {
    let ca = Authority::new("CA");
    let server = identity(&ca.leaf("gateway", &["gw.example.com"]), &ca, &[]);
    let mut any = listen(TlsClients::Any);
    any.tls = only(version);
    let refused = meet((&server, &any), (&trust_only(&ca), &dial("gw.example.com")));
    assert_eq!(refused.is_denied(), "the client showed no certificate");
    assert!(is_refusal_alert(refused.client_error()).is_some());
}

#[test]
fn without_client_certificates_everybody_comes_in_and_nobody_is_asked() {
    let ca = Authority::new("CA");
    let server = identity(&ca.leaf("gateway", &["gw.example.com"]), &ca, &[]);
    let anonymous = listen(TlsClients::Anonymous);
    let (connection, _) =
        meet((&server, &anonymous), (&trust_only(&ca), &dial("gw.example.com"))).succeeds();
    assert!(connection.peer_certificates().is_none());
    let client = identity(&till(&ca), &ca, &[]);
    let (connection, _) =
        meet((&server, &anonymous), (&client, &dial("gw.example.com"))).succeeds();
    assert!(connection.peer_certificates().is_none());
}

#[test]
fn a_chain_through_an_intermediate_is_followed() {
    let ca = Authority::new("CA");
    let branch = ca.intermediate("Branch CA");
    let server = identity(&ca.leaf("gateway", &["gw.example.com"]), &ca, &[]);
    let rule = CertRule { cn: one("till-7"), ..Default::default() };
    let with = |leaf: &Leaf| {
        let client = identity(leaf, &ca, &[]);
        meet((&server, &rules(vec![rule.clone()])), (&client, &dial("gw.example.com")))
    };
    with(&till(&branch).with_chain(&branch)).succeeds();
    with(&till(&branch)).is_denied();
}

#[test]
fn a_rule_looks_at_the_leaf_and_not_at_its_issuers() {
    let ca = Authority::new("CA");
    let branch = ca.intermediate("till-7");
    let server = identity(&ca.leaf("gateway", &["gw.example.com"]), &ca, &[]);
    let client = identity(&branch.leaf("evil", &[]).with_chain(&branch), &ca, &[]);
    let rule = CertRule { cn: one("till-7"), ..Default::default() };
    meet((&server, &rules(vec![rule])), (&client, &dial("gw.example.com"))).is_denied();
}

#[test]
fn an_expired_client_is_denied_with_the_date() {
    let ca = Authority::new("CA");
    let server = identity(&ca.leaf("gateway", &["gw.example.com"]), &ca, &[]);
    let mut old = params("till-7");
    old.not_before = rcgen::date_time_ymd(2024, 1, 2);
    old.not_after = rcgen::date_time_ymd(2025, 1, 2);
    let client = identity(&ca.issue(old), &ca, &[]);
    let refused = meet((&server, &listen(TlsClients::Any)), (&client, &dial("gw.example.com")));
    let reason = refused.is_denied();
    assert!(reason.contains("expired at 2025-01-02T00:00:00Z"), "{reason}");
    let seen = is_refusal_alert(refused.client_error()).unwrap();
    assert!(seen.contains("certificate_expired"), "{seen}");
}

#[test]
fn a_certificate_for_servers_only_is_no_client() {
    let ca = Authority::new("CA");
    let server = identity(&ca.leaf("gateway", &["gw.example.com"]), &ca, &[]);
    let mut wrong = params("till-7");
    wrong.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let client = identity(&ca.issue(wrong), &ca, &[]);
    let refused = meet((&server, &listen(TlsClients::Any)), (&client, &dial("gw.example.com")));
    assert!(refused.is_denied().contains("extended key usage"));
}

#[test]
fn a_certificate_with_absurdly_many_names_is_denied_even_by_any() {
    let ca = Authority::new("CA");
    let server = identity(&ca.leaf("gateway", &["gw.example.com"]), &ca, &[]);
    // Our own loader refuses such a certificate too, so the client is plain rustls.
    let mut absurd = params("till-7");
    absurd.subject_alt_names = (0..1001).map(|i| dns(&format!("h{i}"))).collect();
    let leaf = ca.issue(absurd);
    let (config, name) =
        crate::tls::client_config(&trust_only(&ca), &dial("gw.example.com")).unwrap();
    let key = super::sessions::certified(&leaf);
    let mut config = (*config).clone();
    config.client_auth_cert_resolver =
        std::sync::Arc::new(rustls::sign::SingleCertAndKey::from(key));
    let listen = crate::tls::server_config(&server, &listen(TlsClients::Any)).unwrap();
    let reason = super::handshake::shake(listen, config.into(), name).is_denied();
    assert!(reason.contains("1001 alternative names"), "{reason}");
}

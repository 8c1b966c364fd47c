#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::SpkiPin;
use rstest::rstest;

fn till() -> CertificateNames {
    CertificateNames {
        subject: "CN=till-7,OU=Tills".into(),
        cn: vec!["till-7".into()],
        ou: vec!["Tills".into()],
        dns: vec!["till-7.branch.example.com".into(), "other.example.com".into()],
        uri: vec!["spiffe://example.com/till/7".into()],
        ip: vec!["10.0.0.7".parse().unwrap()],
        email: vec!["till@example.com".into()],
        spki: [7; 32],
        serial: "0ABC".into(),
    }
}

fn one(text: &str) -> Vec<String> {
    vec![text.into()]
}

fn net(text: &str) -> Vec<ipnet::IpNet> {
    vec![text.parse().unwrap()]
}

#[rstest]
#[case::cn(CertRule { cn: one("*"), ..Default::default() }, true)]
#[case::cn_not(CertRule { cn: one("Tills"), ..Default::default() }, false)]
#[case::ou(CertRule { ou: one("Tills"), ..Default::default() }, true)]
#[case::ou_not(CertRule { ou: one("till-7"), ..Default::default() }, false)]
#[case::dns(CertRule { dns: one("*.branch.example.com"), ..Default::default() }, true)]
#[case::dns_not(CertRule { dns: one("*.shop.example.com"), ..Default::default() }, false)]
#[case::uri(CertRule { uri: one("spiffe://example.com/till/*"), ..Default::default() }, true)]
#[case::uri_not(CertRule { uri: one("spiffe://example.org/till/*"), ..Default::default() }, false)]
#[case::ip(CertRule { ip: net("10.0.0.0/8"), ..Default::default() }, true)]
#[case::ip_not(CertRule { ip: net("11.0.0.0/8"), ..Default::default() }, false)]
#[case::ip_family(CertRule { ip: net("::/0"), ..Default::default() }, false)]
#[case::email(CertRule { email: one("*@example.com"), ..Default::default() }, true)]
#[case::email_not(CertRule { email: one("*@example.org"), ..Default::default() }, false)]
#[case::spki(CertRule { spki: vec![SpkiPin([7; 32])], ..Default::default() }, true)]
#[case::spki_not(CertRule { spki: vec![SpkiPin([8; 32])], ..Default::default() }, false)]
#[case::empty_rule(CertRule::default(), false)]
fn each_key_decides_by_its_own_names(#[case] rule: CertRule, #[case] met: bool) {
    assert_eq!(admits(&[rule], &till()).is_admitted(), met);
}

#[test]
fn all_keys_of_a_rule_must_match() {
    let both = |ou: &str| CertRule { cn: one("till-7"), ou: one(ou), ..Default::default() };
    assert!(admits(&[both("Tills")], &till()).is_admitted());
    assert!(!admits(&[both("Offices")], &till()).is_admitted());
}

#[test]
fn one_pattern_of_a_key_is_enough() {
    let rule = CertRule { cn: vec!["till-1".into(), "till-7".into()], ..Default::default() };
    assert!(admits(&[rule], &till()).is_admitted());
}

#[test]
fn one_rule_is_enough() {
    let wrong = CertRule { cn: one("till-1"), ..Default::default() };
    let right = CertRule { cn: one("till-7"), ..Default::default() };
    assert!(admits(&[wrong.clone(), right], &till()).is_admitted());
    assert!(!admits(&[wrong.clone(), wrong], &till()).is_admitted());
}

#[test]
fn no_rules_admit_nobody() {
    assert!(!admits(&[], &till()).is_admitted());
}

#[test]
fn a_certificate_without_the_kind_of_name_is_not_admitted_by_it() {
    let rule = CertRule { dns: one("*"), ..Default::default() };
    assert!(!admits(&[rule], &CertificateNames::default()).is_admitted());
}

#[test]
fn a_refusal_says_who_it_was_and_that_no_rule_matched() {
    let rule = CertRule { cn: one("till-1"), ..Default::default() };
    let verdict = admits(&[rule.clone(), rule], &till());
    let reason = verdict.reason().unwrap();
    assert!(reason.starts_with("CN=till-7,OU=Tills (dns till-7.branch.example.com, "), "{reason}");
    assert!(reason.ends_with("serial 0ABC): none of the 2 rules matches"), "{reason}");
}

#[test]
fn a_refusal_stays_short_and_on_one_line() {
    let mut names = till();
    names.subject = "x".repeat(5000);
    names.dns = (0..1000).map(|i| format!("h{i}\n.example.com")).collect();
    let verdict = admits(&[], &names);
    let reason = verdict.reason().unwrap();
    assert!(reason.len() < 2000 && !reason.contains('\n'), "{reason}");
    assert!(reason.contains("995 more names"), "{reason}");
}

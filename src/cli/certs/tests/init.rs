use std::fs;

use super::{Site, mode};

#[test]
fn an_authority_gets_its_certificate_its_key_and_an_empty_list() {
    let site = Site::empty();
    let said = site.run("init --name Example --days 10").unwrap();
    assert!(said.contains("`Example`") && said.contains("pipeferry certs issue"), "{said}");
    let text = site.openssl("x509 -in ca.pem -noout -text");
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("CN = Example") && text.contains("CA:TRUE, pathlen:0"), "{text}");
    assert!(text.contains("Certificate Sign, CRL Sign") && text.contains("prime256v1"), "{text}");
    let list = site.openssl("crl -in ca.crl -noout -text -CAfile ca.pem -verify");
    assert!(String::from_utf8_lossy(&list.stderr).contains("verify OK"));
    assert!(String::from_utf8_lossy(&list.stdout).contains("No Revoked Certificates"));
}

#[test]
fn the_key_is_for_its_owner_only() {
    let site = Site::new();
    assert_eq!(mode(site.path("ca.key")), 0o600);
}

#[test]
fn an_authority_is_never_overwritten() {
    let site = Site::new();
    let before = site.read("ca.key");
    let sentence = site.refuses("init");
    assert!(sentence.contains("ca.pem exists already"), "{sentence}");
    assert_eq!(site.read("ca.key"), before);
    fs::remove_file(site.path("ca.pem")).unwrap();
    assert!(site.refuses("init").contains("ca.key exists already"));
    assert_eq!(site.read("ca.key"), before);
}

#[test]
fn what_needs_an_authority_says_how_to_make_one() {
    let site = Site::empty();
    for line in ["issue gw", "revoke gw", "crl", "show"] {
        let sentence = site.refuses(line);
        assert!(sentence.contains("there is no authority in"), "{line}: {sentence}");
        assert!(sentence.contains("pipeferry certs init --dir"), "{line}: {sentence}");
    }
    fs::create_dir(site.path("")).unwrap();
    for line in ["issue gw", "revoke gw", "crl", "show"] {
        assert!(site.refuses(line).contains("there is no authority in"), "{line}");
    }
    assert_eq!(fs::read_dir(site.path("")).unwrap().count(), 0, "something was left behind");
}

#[test]
fn a_name_must_fit_into_a_subject() {
    let site = Site::empty();
    let long = "x".repeat(65);
    assert!(site.refuses(&format!("init --name {long}")).contains("1 to 64"));
    assert!(!site.path("ca.pem").exists());
}

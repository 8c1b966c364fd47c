//! `pipeferry certs`: a small authority that other programs accept.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::harness::program::piped;
use crate::harness::{Site, pipeferry, ran};

fn certs(site: &Site, arguments: &[&str]) -> crate::harness::cli::Ran {
    let mut command = pipeferry(&["certs"]);
    ran(command.args(arguments).current_dir(site.root()))
}

fn openssl(site: &Site, arguments: &[&str]) -> String {
    let mut command = piped("openssl");
    let output = command.args(arguments).current_dir(site.root()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// The file in the site whose name ends so.
fn found(site: &Site, end: &str) -> String {
    fn walk(folder: &Path, end: &str, hits: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, end, hits);
            } else if path.to_str().unwrap().ends_with(end) {
                hits.push(path.to_str().unwrap().to_owned());
            }
        }
    }
    let mut hits = Vec::new();
    walk(site.root(), end, &mut hits);
    hits.pop().unwrap_or_else(|| panic!("no file *{end}"))
}

#[test]
fn an_issued_certificate_is_what_openssl_verifies_for_both_uses() {
    let site = Site::new();
    certs(&site, &["init"]).good();
    certs(&site, &["issue", "gateway", "--dns", "gw.example.com", "--ip", "127.0.0.1"]).good();
    let (ca, leaf, key) =
        (found(&site, "ca.pem"), found(&site, "gateway.pem"), found(&site, "gateway.key"));
    for purpose in ["sslserver", "sslclient"] {
        openssl(&site, &["verify", "-x509_strict", "-purpose", purpose, "-CAfile", &ca, &leaf]);
    }
    let text = openssl(&site, &["x509", "-in", &leaf, "-noout", "-text"]);
    for part in ["prime256v1", "DNS:gw.example.com", "IP Address:127.0.0.1", "CN = gateway"] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert_eq!(mode(&key), 0o600, "the key is for its owner alone");
    assert_eq!(mode(&found(&site, "ca.key")), 0o600);
}

fn mode(path: &str) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_revoked_certificate_stands_on_the_list_and_show_says_so() {
    let site = Site::new();
    certs(&site, &["init"]).good();
    certs(&site, &["issue", "good"]).good();
    certs(&site, &["issue", "bad"]).good();
    certs(&site, &["revoke", "bad"]).good();
    let (ca, crl) = (found(&site, "ca.pem"), found(&site, ".crl"));
    let (good, bad) = (found(&site, "good.pem"), found(&site, "bad.pem"));
    let checked = ["verify", "-crl_check", "-CAfile", &ca, "-CRLfile", &crl];
    openssl(&site, &[&checked[..], &[&good]].concat());
    let refused = piped("openssl").args(checked).arg(&bad).output().unwrap();
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("revoked"));
    let shown = certs(&site, &["show"]).good().stdout;
    assert!(shown.contains("good") && shown.contains("bad"), "{shown}");
    assert!(shown.contains("revoked"), "{shown}");
    assert!(shown.contains("day"), "days left:\n{shown}");
}

#[test]
fn a_second_init_does_not_overwrite_the_first() {
    let site = Site::new();
    certs(&site, &["init"]).good();
    let before = std::fs::read(found(&site, "ca.key")).unwrap();
    let again = certs(&site, &["init"]);
    assert_ne!(again.code, 0);
    assert_eq!(std::fs::read(found(&site, "ca.key")).unwrap(), before);
}

#[test]
fn issuing_without_an_authority_says_what_to_do() {
    let site = Site::new();
    let said = certs(&site, &["issue", "gateway"]);
    assert_ne!(said.code, 0);
    assert!(said.stderr.contains("certs init"), "{}", said.stderr);
}

#[test]
fn a_name_cannot_leave_the_folder() {
    let site = Site::new();
    certs(&site, &["init"]).good();
    for name in ["../out", "/tmp/out", ".."] {
        assert_eq!(certs(&site, &["issue", name]).code, 2, "{name}");
    }
}

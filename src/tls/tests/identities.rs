//! Loading identities, and what is said when that fails.

use std::collections::BTreeMap;
use std::fs;

use rustls::pki_types::UnixTime;
use time::{Duration, OffsetDateTime};

use super::pki::{Authority, Folder, load, params};
use crate::config::{self, Trust};
use crate::tls::identity::Warning;
use crate::tls::{Identities, Problem};

/// The one problem of an identity, after its sentence was found to name the
/// identity and the file.
fn problem(from: &config::Identity, file: &str) -> Problem {
    let mut errors = load(from).unwrap_err();
    assert_eq!(errors.len(), 1, "{errors:?}");
    let error = errors.remove(0);
    let sentence = error.to_string();
    assert!(sentence.starts_with("identity `gateway`: "), "{sentence}");
    assert!(sentence.contains(file), "{sentence}");
    assert!(error.hint().ends_with('.'), "{}", error.hint());
    assert!(std::error::Error::source(&error).is_none(), "{sentence} would be told twice");
    error.problem
}

fn healthy() -> (Folder, config::Identity) {
    let ca = Authority::new("CA");
    let folder = Folder::new();
    let from = folder.pem(&ca.leaf("gateway", &["gw.example.com"]), &ca);
    (folder, from)
}

#[test]
fn a_healthy_identity_loads_without_a_warning() {
    let (_folder, from) = healthy();
    let identity = load(&from).unwrap();
    assert_eq!(identity.name(), "gateway");
    assert_eq!(identity.leaf().unwrap().dns, ["gw.example.com"]);
    assert_eq!(identity.warnings(), []);
    assert_eq!(identity.files().len(), 3);
    let in_29_days = (OffsetDateTime::now_utc() + Duration::days(29)).unix_timestamp() as u64;
    assert!((in_29_days..in_29_days + 2 * 86_400).contains(&identity.not_after().unwrap()));
}

#[test]
fn the_end_is_the_earliest_of_the_chain() {
    let ca = Authority::new("CA");
    let branch = ca.intermediate("Branch CA");
    let mut long = params("gateway");
    long.not_after = OffsetDateTime::now_utc() + Duration::days(3000);
    let leaf = branch.issue(long).with_chain(&branch);
    let folder = Folder::new();
    let identity = load(&folder.pem(&leaf, &ca)).unwrap();
    let in_31_days = (OffsetDateTime::now_utc() + Duration::days(31)).unix_timestamp() as u64;
    assert!(identity.not_after().unwrap() < in_31_days);
}

#[test]
fn a_key_of_another_certificate_is_named_with_both_files() {
    let (folder, from) = healthy();
    let other = Authority::new("CA").leaf("other", &[]);
    folder.write_secret("gateway.key", other.key);
    let error = load(&from).unwrap_err().remove(0).to_string();
    assert!(error.contains("gateway.key: the private key does not belong to"), "{error}");
    assert!(error.contains("gateway.pem"), "{error}");
}

#[test]
fn a_missing_file_is_named() {
    let (folder, from) = healthy();
    fs::remove_file(folder.path("gateway.key")).unwrap();
    assert!(matches!(problem(&from, "gateway.key"), Problem::Missing));
}

#[test]
fn a_folder_in_a_files_place_is_named() {
    let (folder, from) = healthy();
    fs::remove_file(folder.path("ca.pem")).unwrap();
    fs::create_dir(folder.path("ca.pem")).unwrap();
    assert!(matches!(problem(&from, "ca.pem"), Problem::NotAFile));
}

#[test]
fn a_file_beyond_the_limit_is_refused() {
    let (folder, from) = healthy();
    folder.write("gateway.pem", vec![b'#'; 1024 * 1024 + 1]);
    assert!(matches!(problem(&from, "gateway.pem"), Problem::TooLarge { most: 1_048_576 }));
}

#[test]
fn a_file_without_certificates_is_named() {
    let (folder, from) = healthy();
    folder.write("gateway.pem", "nothing here\n");
    assert!(matches!(problem(&from, "gateway.pem"), Problem::NoCertificate));
}

#[test]
fn an_empty_trust_bundle_is_an_error() {
    let (folder, from) = healthy();
    folder.write("ca.pem", "");
    assert!(matches!(problem(&from, "ca.pem"), Problem::NoCertificate));
}

#[test]
fn a_broken_certificate_is_counted_out() {
    let (folder, from) = healthy();
    let mut chain = fs::read_to_string(folder.path("gateway.pem")).unwrap();
    chain.push_str("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n");
    folder.write("gateway.pem", &chain);
    assert!(matches!(problem(&from, "gateway.pem"), Problem::BadCertificate { number: 2, .. }));
    folder.write("gateway.pem", &chain[..chain.len() - 30]);
    assert!(matches!(problem(&from, "gateway.pem"), Problem::BadPem(_)));
}

#[test]
fn an_encrypted_key_is_told_from_a_broken_one() {
    let (folder, from) = healthy();
    folder.write_secret(
        "gateway.key",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n",
    );
    assert!(matches!(problem(&from, "gateway.key"), Problem::EncryptedKey));
    folder.write_secret(
        "gateway.key",
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nMAA=\n-----END RSA PRIVATE KEY-----\n",
    );
    assert!(matches!(problem(&from, "gateway.key"), Problem::EncryptedKey));
    let broken = "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n";
    folder.write_secret("gateway.key", broken);
    assert!(matches!(problem(&from, "gateway.key"), Problem::BadKey(_)));
    folder.write_secret("gateway.key", "");
    assert!(matches!(problem(&from, "gateway.key"), Problem::NoKey));
}

#[test]
fn an_error_never_quotes_a_key() {
    let (folder, from) = healthy();
    let key = "-----BEGIN PRIVATE KEY-----\nSECRET!SECRET\n-----END PRIVATE KEY-----\n";
    folder.write_secret("gateway.key", key);
    let errors = load(&from).unwrap_err();
    assert!(!format!("{errors:?}").contains("SECRET"), "{errors:?}");
}

#[cfg(unix)]
#[test]
fn a_key_that_others_may_read_is_a_warning() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, from) = healthy();
    let key = folder.path("gateway.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let identity = load(&from).unwrap();
    assert_eq!(identity.warnings().len(), 1);
    assert_eq!(identity.warnings()[0].what, Warning::SecretReadableByOthers);
    assert!(identity.warnings()[0].to_string().contains("gateway.key"));
}

#[test]
fn an_expired_certificate_is_a_warning_and_not_an_error() {
    let (_folder, from) = healthy();
    let later = OffsetDateTime::now_utc() + Duration::days(100);
    let later = std::time::Duration::from_secs(later.unix_timestamp() as u64);
    let identity = crate::tls::Identity::load(&from, UnixTime::since_unix_epoch(later)).unwrap();
    assert!(matches!(identity.warnings()[0].what, Warning::Expired(_)));
    let earlier = UnixTime::since_unix_epoch(std::time::Duration::from_secs(1));
    let identity = crate::tls::Identity::load(&from, earlier).unwrap();
    assert!(matches!(identity.warnings()[0].what, Warning::NotYetValid(_)));
}

#[test]
fn lists_are_read_in_pem_and_der_and_checked() {
    let ca = Authority::new("CA");
    let folder = Folder::new();
    let mut from = folder.pem(&ca.leaf("gateway", &[]), &ca);
    let two = ca.crl_pem(&[], 30) + &ca.crl_pem(&[], 30);
    from.crl =
        vec![folder.write("a.crl", &two), folder.write("b.crl", ca.crl(&[], 30).der().as_ref())];
    let identity = load(&from).unwrap();
    assert_eq!(identity.crls().len(), 3);
    let newer = Warning::NewerCrl("CN=CA".into());
    assert!(identity.warnings().iter().all(|warning| warning.what == newer));
    from.crl.pop();
    folder.write("a.crl", ca.crl_pem(&[], 30));
    assert_eq!(load(&from).unwrap().warnings(), []);
    from.crl.push(folder.path("b.crl"));
    folder.write("b.crl", "garbage");
    assert!(matches!(problem(&from, "b.crl"), Problem::BadCrl(_)));
    folder.write("b.crl", ca.pem());
    assert!(matches!(problem(&from, "b.crl"), Problem::BadCrl(_)));
}

#[test]
fn a_list_that_has_run_out_and_an_authority_without_one_are_warnings() {
    let (ca, other) = (Authority::new("CA"), Authority::new("Other CA"));
    let folder = Folder::new();
    let mut from = folder.pem(&ca.leaf("gateway", &[]), &ca);
    folder.write("ca.pem", ca.pem() + &other.pem());
    from.crl = vec![folder.write("a.crl", ca.crl_pem(&[], -1))];
    let identity = load(&from).unwrap();
    let whats: Vec<_> = identity.warnings().iter().map(|w| w.what.clone()).collect();
    assert!(matches!(whats[0], Warning::CrlExpired(_)));
    assert_eq!(whats[1], Warning::AuthorityWithoutCrl("CN=Other CA".into()));
}

#[test]
fn all_errors_of_all_identities_come_at_once() {
    let (folder, mut one) = healthy();
    folder.write("gateway.pem", "");
    fs::remove_file(folder.path("gateway.key")).unwrap();
    one.crl = vec![folder.path("none.crl")];
    let two = config::Identity {
        name: "two".into(),
        credential: None,
        trust: Some(Trust::File(folder.path("none.pem"))),
        crl: Vec::new(),
    };
    let all = BTreeMap::from([("gateway".to_owned(), one), ("two".to_owned(), two)]);
    let errors = Identities::load(&all).unwrap_err();
    let sentences: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(sentences.len(), 4, "{sentences:#?}");
    assert!(sentences[3].starts_with("identity `two`: "), "{sentences:#?}");
}

#[test]
fn identities_are_found_by_name() {
    let (_folder, from) = healthy();
    let all = BTreeMap::from([("gateway".to_owned(), from)]);
    let identities = Identities::load(&all).unwrap();
    assert_eq!(identities.get("gateway").unwrap().name(), "gateway");
    assert!(identities.get("other").is_none());
    assert_eq!(identities.iter().count(), 1);
}

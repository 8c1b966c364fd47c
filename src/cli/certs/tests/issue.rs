use std::collections::BTreeSet;
use std::fs;

use rstest::rstest;

use super::{Site, exit_code, mode, now};
use crate::config::{self, Credential, Trust};
use crate::tls::Identity;

fn text(site: &Site, name: &str) -> String {
    let output = site.openssl(&format!("x509 -in {name}.pem -noout -text"));
    String::from_utf8(output.stdout).unwrap()
}

fn pem_identity(site: &Site, name: &str) -> config::Identity {
    config::Identity {
        name: name.into(),
        credential: Some(Credential::Pem {
            cert: site.path(&format!("{name}.pem")),
            key: site.path(&format!("{name}.key")),
        }),
        trust: Some(Trust::File(site.path("ca.pem"))),
        crl: vec![site.path("ca.crl")],
    }
}

#[test]
fn a_certificate_is_good_for_openssl_and_for_us() {
    let site = Site::new();
    site.run("issue gw.example.com").unwrap();
    site.verify("gw.example.com").unwrap();
    let from = pem_identity(&site, "gw.example.com");
    let identity = Identity::load(&from, rustls::pki_types::UnixTime::now()).unwrap();
    assert_eq!(identity.leaf().unwrap().dns, ["gw.example.com"]);
    assert_eq!(identity.warnings(), []);
    assert_eq!(mode(site.path("gw.example.com.key")), 0o600);
}

#[test]
fn all_kinds_of_names_go_in() {
    let site = Site::new();
    site.run(
        "issue till-7 --dns a.example.com --dns *.b.example.com --ip 10.0.0.7 --ip ::1 \
         --uri spiffe://example.com/till/7 --email till@example.com --ou Tills",
    )
    .unwrap();
    let text = text(&site, "till-7");
    for wanted in [
        "OU = Tills, CN = till-7",
        "DNS:a.example.com, DNS:*.b.example.com",
        "IP Address:10.0.0.7",
        "IP Address:0:0:0:0:0:0:0:1",
        "URI:spiffe://example.com/till/7",
        "email:till@example.com",
    ] {
        assert!(text.contains(wanted), "{wanted} in {text}");
    }
    assert!(!text.contains("DNS:till-7"), "{text}");
}

#[rstest]
#[case("gw.example.com", "DNS:gw.example.com")]
#[case("till-7", "DNS:till-7")]
#[case("10.0.0.7", "IP Address:10.0.0.7")]
fn without_names_the_name_itself_is_one(#[case] name: &str, #[case] wanted: &str) {
    let site = Site::new();
    site.run(&format!("issue {name}")).unwrap();
    assert!(text(&site, name).contains(wanted));
}

#[test]
fn a_name_that_is_no_host_makes_a_client_only() {
    let site = Site::new();
    let said = site.run("issue alice@example.com").unwrap();
    assert!(said.contains("useless for servers"), "{said}");
    assert!(site.refuses("issue bob_ --server").contains("--dns"));
}

#[rstest]
#[case("", "TLS Web Server Authentication, TLS Web Client Authentication")]
#[case(" --both", "TLS Web Server Authentication, TLS Web Client Authentication")]
#[case(" --server", "Usage: \n                TLS Web Server Authentication\n")]
#[case(" --client", "Usage: \n                TLS Web Client Authentication\n")]
fn a_certificate_is_for_the_use_that_was_asked_for(#[case] option: &str, #[case] wanted: &str) {
    let site = Site::new();
    site.run(&format!("issue gw{option}")).unwrap();
    let text = text(&site, "gw");
    assert!(text.contains(wanted), "{text}");
}

#[test]
fn nothing_is_overwritten_unless_forced() {
    let site = Site::new();
    site.run("issue gw").unwrap();
    let (key, pem) = (site.read("gw.key"), site.read("gw.pem"));
    let sentence = site.refuses("issue gw");
    assert!(sentence.contains("gw.pem exists already; --force"), "{sentence}");
    assert_eq!((site.read("gw.key"), site.read("gw.pem")), (key.clone(), pem));
    let said = site.run("issue gw --force").unwrap();
    assert!(said.contains("It replaces serial "), "{said}");
    assert_ne!(site.read("gw.key"), key);
    site.verify("gw").unwrap();
    assert!(site.run("show").unwrap().contains("replaced"));
}

#[test]
fn no_certificate_outlives_its_authority() {
    let site = Site::empty();
    site.run("init --days 10").unwrap();
    let said = site.run("issue gw --days 365").unwrap();
    assert!(said.contains("(10 days)") || said.contains("(9 days)"), "{said}");
    let error = site.run_at("issue late", now() + 11 * 86_400).unwrap_err();
    assert_eq!(exit_code(&error), 1);
    assert!(error.to_string().contains("the authority itself ended"), "{error}");
}

#[rstest]
#[case("issue ../gw", "cannot be a file's name")]
#[case("issue .gw", "cannot be a file's name")]
#[case("issue *.example.com", "put wildcards in --dns")]
#[case("issue CA", "belong to the authority itself")]
#[case("issue gw --dns 10.0.0.7", "use --ip 10.0.0.7")]
#[case("issue gw --dns a_b", "is no host name")]
#[case("issue gw --dns a.*.b", "is no host name")]
#[case("issue gw --dns -a", "")]
#[case("issue gw --uri example", "is no URI")]
#[case("issue gw --email example", "is no e-mail address")]
#[case("issue gw --email a@b@c", "is no e-mail address")]
fn a_bad_name_is_refused_before_anything_is_written(#[case] line: &str, #[case] wanted: &str) {
    let site = Site::new();
    let before = fs::read_dir(site.path("")).unwrap().count();
    let error = site.run(line).unwrap_err().to_string();
    assert!(error.contains(wanted), "{error}");
    assert_eq!(fs::read_dir(site.path("")).unwrap().count(), before);
    assert!(!site.read("index.toml").contains("certificate"));
}

#[test]
fn a_pkcs12_file_opens_with_its_password() {
    let site = Site::new();
    fs::write(site.path("password"), "pass word\n").unwrap();
    let password = site.path("password");
    site.run(&format!("issue gw --pkcs12 --password-file {}", password.display())).unwrap();
    assert_eq!(mode(site.path("gw.p12")), 0o600);
    let output = site.openssl("pkcs12 -in gw.p12 -noenc -info -passin file:password");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(text.matches("BEGIN CERTIFICATE").count(), 2, "{text}");
    assert!(text.contains("BEGIN PRIVATE KEY"), "{text}");
    let mut from = pem_identity(&site, "gw");
    let file = site.path("gw.p12");
    from.credential = Some(Credential::Pkcs12 { file, password_file: Some(password) });
    let identity = Identity::load(&from, rustls::pki_types::UnixTime::now()).unwrap();
    assert_eq!(identity.leaf().unwrap().cn, ["gw"]);
}

#[test]
fn a_pkcs12_file_that_was_not_renewed_is_mentioned() {
    let site = Site::new();
    site.run("issue gw --pkcs12").unwrap();
    let said = site.run("issue gw --force").unwrap();
    assert!(said.contains("gw.p12 still holds the old certificate"), "{said}");
    let said = site.run("issue gw --force --pkcs12").unwrap();
    assert!(!said.contains("still holds"), "{said}");
}

#[test]
fn runs_at_the_same_time_do_not_lose_certificates() {
    let site = Site::new();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let site = &site;
            scope.spawn(move || {
                for n in 0..5 {
                    site.run(&format!("issue host-{thread}-{n}")).unwrap();
                }
            });
        }
    });
    let index = site.read("index.toml");
    let serials: BTreeSet<&str> = index.lines().filter(|l| l.starts_with("serial")).collect();
    assert_eq!(serials.len(), 20);
}

#[test]
fn an_authority_with_another_ones_key_signs_nothing() {
    let (site, other) = (Site::new(), Site::new());
    fs::copy(other.path("ca.key"), site.path("ca.key")).unwrap();
    let error = site.run("issue gw").unwrap_err();
    assert!(error.to_string().contains("do not belong together"), "{error}");
    assert!(!site.path("gw.pem").exists());
}

#[test]
fn a_damaged_index_is_named_and_left_alone() {
    let site = Site::new();
    fs::write(site.path("index.toml"), "crl_number = 1\nsurprise = 2\n").unwrap();
    let error = site.run("issue gw").unwrap_err();
    assert!(format!("{error:#}").contains("index.toml is damaged"), "{error:#}");
    assert_eq!(site.read("index.toml"), "crl_number = 1\nsurprise = 2\n");
}

use std::path::PathBuf;

use crate::config::testing::{good, lines, mistakes, unix};
use crate::config::{Credential, Trust};
use rstest::rstest;

const BRIDGE: &str = "[bridge.b]\nlisten = \"pipe:x\"\nconnect = \"tcp:h:1\"\n";

#[test]
fn files_of_an_identity_are_joined_to_the_folder_of_the_configuration() {
    let text = format!(
        "{BRIDGE}[identity.a]\ncert = \"c.pem\"\nkey = \"/abs/k.pem\"\ntrust = \"../ca.pem\"\ncrl = \"ca.crl\""
    );
    let identity = good(&text, &unix()).identities.remove("a").unwrap();
    let credential =
        Credential::Pem { cert: "/srv/c.pem".into(), key: PathBuf::from("/abs/k.pem") };
    assert_eq!(identity.credential, Some(credential));
    assert_eq!(identity.trust, Some(Trust::File("/srv/../ca.pem".into())));
    assert_eq!(identity.crl, [PathBuf::from("/srv/ca.crl")]);
}

#[test]
fn a_pkcs12_identity_and_one_that_only_trusts() {
    let text = format!(
        "{BRIDGE}[identity.a]\npkcs12 = \"a.p12\"\npassword_file = \"pw\"\n[identity.b]\ntrust = \"system\""
    );
    let identities = good(&text, &unix()).identities;
    let credential =
        Credential::Pkcs12 { file: "/srv/a.p12".into(), password_file: Some("/srv/pw".into()) };
    assert_eq!(identities["a"].credential, Some(credential));
    assert_eq!(identities["b"].trust, Some(Trust::System));
}

#[rstest]
#[case("cert = \"c\"", "cert | `cert` without `key`")]
#[case("key = \"k\"", "key | `key` without `cert`")]
#[case("pkcs12 = \"p\"\ncert = \"c\"", "cert | `cert` beside `pkcs12`, which holds both")]
#[case("pkcs12 = \"p\"\nkey = \"k\"", "key | `key` beside `pkcs12`, which holds both")]
#[case("trust = \"t\"\npassword_file = \"p\"", "password_file | `password_file` is for `pkcs12`")]
#[case("pkcs12 = \"p\"\ncrl = [\"x\"]", "crl | `crl` without `trust`")]
#[case("trust = \"t\"\ncrl = []", "[] | an empty list matches nothing")]
#[case("trust = 3", "3 | wrong type: an integer")]
#[case("trust = \"\"", "\"\" | empty, or with a control character in it")]
#[case("", "i | identity `i` is empty")]
#[case("crt = \"c\"", "crt | unknown key `crt`")]
fn a_mistake_in_an_identity_is_underlined(#[case] lines_of_it: &str, #[case] expected: &str) {
    let text = format!("{BRIDGE}[identity.i]\n{lines_of_it}\n");
    let all = lines(&mistakes(&text, &unix()));
    assert_eq!(all.len(), 1, "{all:#?}");
    assert!(all[0].starts_with(expected), "{all:#?}");
}

#[test]
fn an_end_that_names_a_broken_identity_is_not_blamed_too() {
    let text = "[identity.i]\ncert = \"c\"\n[bridge.b]\nlisten = \"pipe:x\"\nconnect = { address = \"tls:h:1\", identity = \"i\" }";
    assert_eq!(mistakes(text, &unix()).len(), 1);
}

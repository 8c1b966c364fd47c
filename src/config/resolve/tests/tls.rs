use crate::config::testing::{good_bridge, only_mistake, unix};
use crate::config::{
    CertRule, Dial, Listen, TlsClients, TlsDial, TlsListen, TlsVersion, parse_pin,
};
use rstest::rstest;

fn listen_bridge(options: &str) -> String {
    format!("listen = {{ address = \"tls:0.0.0.0:7443\"{options} }}\nconnect = \"pipe:x\"")
}

fn dial_bridge(options: &str) -> String {
    format!("listen = \"pipe:x\"\nconnect = {{ address = \"tls:h:1\"{options} }}")
}

fn listen(options: &str) -> TlsListen {
    match good_bridge(&listen_bridge(&format!(", identity = \"full\"{options}"))).listen {
        Listen::Tls(tls) => *tls,
        other => panic!("{other:?}"),
    }
}

fn dial(options: &str) -> TlsDial {
    match good_bridge(&dial_bridge(options)).connect.first {
        Dial::Tls(tls) => *tls,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_listener_lets_in_any_certificate_some_or_asks_for_none() {
    assert_eq!(listen(", allow = \"any\"").clients, TlsClients::Any);
    assert_eq!(listen(", client_cert = \"none\"").clients, TlsClients::Anonymous);
    let rule = CertRule { dns: vec!["*.a.example".into()], ..CertRule::default() };
    let rules = TlsClients::Rules(vec![rule]);
    assert_eq!(listen(", allow = { dns = \"*.a.example\" }").clients, rules);
    assert_eq!(listen(", allow = [{ dns = [\"*.a.example\"] }]").clients, rules);
}

#[test]
fn every_key_of_a_rule_arrives() {
    let pin = "ab".repeat(32);
    let options = format!(
        ", allow = [{{ cn = [\"a\", \"*.b\"], ou = \"o\", dns = \"*.x\", uri = \"spiffe://d/**/web\", ip = [\"10.0.0.0/8\", \"::1\"], email = \"*@x.example\", spki = \"{pin}\" }}, {{ cn = \"c\" }}]"
    );
    let TlsClients::Rules(rules) = listen(&options).clients else { panic!("no rules") };
    assert_eq!(rules.len(), 2);
    assert_eq!(rules[0].cn, ["a", "*.b"]);
    assert_eq!(rules[0].ou, ["o"]);
    assert_eq!(rules[0].dns, ["*.x"]);
    assert_eq!(rules[0].uri, ["spiffe://d/**/web"]);
    assert_eq!(rules[0].ip.len(), 2);
    assert_eq!(rules[0].email, ["*@x.example"]);
    assert_eq!(rules[0].spki, [parse_pin(&pin).unwrap()]);
}

#[rstest]
#[case("", "\"tls:0.0.0.0:7443\" | a listening `tls:` end says who may come in")]
#[case(", allow = \"all\"", "\"all\" | rules about certificates are tables")]
#[case(", allow = []", "[] | an empty list")]
#[case(", allow = [{}]", "{} | an empty rule")]
#[case(", allow = {}", "{} | an empty rule")]
#[case(", allow = [\"cn\"]", "\"cn\" | wrong type: a string | a table")]
#[case(", allow = [{ user = \"x\" }]", "user | unknown key `user`")]
#[case(", allow = [{ cn = [] }]", "[] | an empty list")]
#[case(", allow = [{ cn = \"**\" }]", "\"**\" | `**` is for URIs")]
#[case(", allow = [{ cn = \"app-*\" }]", "\"app-*\" | `*` stands for one whole part")]
#[case(", allow = [{ ou = [\"a\", \"b*.c\"] }]", "\"b*.c\" | `*` stands for one whole part")]
#[case(", allow = [{ dns = \"a*.x\" }]", "\"a*.x\" | `*` stands for one whole label")]
#[case(", allow = [{ dns = \"ä.x\" }]", "\"ä.x\" | no DNS name")]
#[case(", allow = [{ uri = \"web\" }]", "\"web\" | no URI")]
#[case(
    ", allow = [{ uri = \"spiffe://*/web\" }]",
    "\"spiffe://*/web\" | `*` stands for one whole segment"
)]
#[case(", allow = [{ email = \"a*@x\" }]", "\"a*@x\" | no mail address")]
#[case(", allow = [{ ip = \"10.0.0.0/33\" }]", "\"10.0.0.0/33\" | no address or network")]
#[case(", allow = [{ spki = \"abcd\" }]", "\"abcd\" | 2 bytes are no SHA-256 digest")]
#[case(", allow = \"any\", client_cert = \"none\"", "allow | `allow` without client certificates")]
#[case(", client_cert = \"any\"", "\"any\" | `any` is not one of the words")]
#[case(", allow = \"any\", verify = { cn = \"x\" }", "verify | `verify` is not for a listening")]
#[case(", allow = \"any\", min_tls = \"1.3\", max_tls = \"1.2\"", "\"1.2\" | `max_tls` is below")]
#[case(", allow = \"any\", min_tls = 1.2", "1.2 | wrong type: a number with a fraction")]
#[case(", allow = \"any\", min_tls = \"1.1\"", "\"1.1\" | `1.1` is not one of the words")]
fn a_mistake_of_a_listener_is_underlined(#[case] options: &str, #[case] expected: &str) {
    let bridge = listen_bridge(&format!(", identity = \"full\"{options}"));
    let found = only_mistake(&bridge, &unix());
    assert!(found.starts_with(expected), "{found}");
}

#[rstest]
#[case(", allow = \"any\"", "\"tls:0.0.0.0:7443\" | a `tls:` end needs an `identity`")]
#[case(
    ", allow = \"any\", identity = \"ful\"",
    "\"ful\" | no identity is called `ful` | `full`, `showing` or `trusting` | did you mean `full`?"
)]
#[case(
    ", allow = \"any\", identity = \"trusting\"",
    "\"trusting\" | identity `trusting` has no certificate to show"
)]
#[case(
    ", allow = \"any\", identity = \"showing\"",
    "\"showing\" | identity `showing` has no `trust`"
)]
fn a_listener_needs_an_identity_that_fits(#[case] options: &str, #[case] expected: &str) {
    let found = only_mistake(&listen_bridge(options), &unix());
    assert!(found.starts_with(expected), "{found}");
}

#[test]
fn the_systems_cas_do_not_judge_clients() {
    let text = "[identity.i]\npkcs12 = \"p\"\ntrust = \"system\"\n[bridge.b]\nlisten = { address = \"tls:h:1\", identity = \"i\", allow = \"any\" }\nconnect = \"pipe:x\"";
    let found = crate::config::testing::mistakes(text, &unix()).to_string();
    assert!(found.contains("say nothing about clients"), "{found}");
}

#[test]
fn a_listener_that_asks_for_no_certificate_needs_no_cas() {
    good_bridge(&listen_bridge(", identity = \"showing\", client_cert = \"none\""));
}

#[test]
fn an_identity_that_only_trusts_is_enough_to_dial_with() {
    let tls = dial(", identity = \"trusting\"");
    assert_eq!((tls.identity.as_str(), tls.server_name, tls.verify), ("trusting", None, None));
    assert_eq!((tls.tls.min, tls.tls.max), (TlsVersion::V1_2, TlsVersion::V1_3));
    assert!(!tls.tls.close_notify_optional);
}

#[test]
fn options_of_a_dialling_end_arrive() {
    let tls = dial(
        ", identity = \"full\", server_name = \"gw.example\", verify = { ou = \"ops\" }, min_tls = \"1.3\", close_notify = \"optional\"",
    );
    assert_eq!(tls.server_name.as_deref(), Some("gw.example"));
    let rule = CertRule { ou: vec!["ops".into()], ..CertRule::default() };
    assert_eq!(tls.verify, Some(vec![rule]));
    assert_eq!(tls.tls.min, TlsVersion::V1_3);
    assert!(tls.tls.close_notify_optional);
}

#[rstest]
#[case("", "\"tls:h:1\" | a `tls:` end needs an `identity`")]
#[case(", identity = \"showing\"", "\"showing\" | identity `showing` has no `trust`")]
#[case(
    ", identity = \"full\", server_name = \"a b\"",
    "\"a b\" | no name that a certificate could carry"
)]
#[case(", identity = \"full\", verify = \"any\"", "\"any\" | rules about certificates are tables")]
#[case(
    ", identity = \"full\", allow = \"any\"",
    "allow | `allow` is not for a connecting `tls:` end"
)]
fn a_mistake_of_a_dialling_end_is_underlined(#[case] options: &str, #[case] expected: &str) {
    let found = only_mistake(&dial_bridge(options), &unix());
    assert!(found.starts_with(expected), "{found}");
}

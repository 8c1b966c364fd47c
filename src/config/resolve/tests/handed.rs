use rstest::rstest;

use crate::config::testing::{good_bridge, only_mistake, unix, windows};
use crate::config::{Framing, HandedListen, Listen, LocalRules, TlsClients};

fn listen(options: &str) -> HandedListen {
    let bridge = format!(
        "mode = \"message\"\nlisten = {{ address = \"fd:orders\"{options} }}\nconnect = \"pipe:x\""
    );
    match good_bridge(&bridge).listen {
        Listen::Handed(handed) => *handed,
        other => panic!("{other:?}"),
    }
}

fn wrong(options: &str) -> String {
    let bridge = format!("listen = {{ address = \"fd:orders\"{options} }}\nconnect = \"pipe:x\"");
    only_mistake(&bridge, &unix())
}

#[test]
fn a_handed_socket_has_the_options_of_each_kind_that_it_may_be() {
    let plain = listen("");
    assert_eq!((plain.name.as_str(), plain.framing), ("orders", Framing::U32Be));
    assert!(plain.tls.is_none() && plain.allow == LocalRules::Default && plain.tcp.nodelay);
    assert!(!plain.tcp.reuse_port);
    let local = listen(", allow = { user = 7 }, framing = \"packet\"");
    assert!(matches!(local.allow, LocalRules::Rules(_)));
    assert_eq!(local.framing, Framing::Packet);
    let tcp = listen(", nodelay = false, keepalive = false, proxy_protocol = \"v2\"");
    assert!(!tcp.tcp.nodelay && tcp.tcp.keepalive.is_none());
    assert_eq!(tcp.proxy.unwrap().from.len(), 2, "loopback");
}

#[test]
fn with_an_identity_it_speaks_tls_and_allow_is_about_certificates() {
    let tls = listen(", identity = \"full\", allow = [{ dns = \"a.example\" }], min_tls = \"1.3\"");
    assert_eq!(tls.allow, LocalRules::Default);
    let server = tls.tls.unwrap();
    assert_eq!(server.identity, "full");
    assert!(matches!(server.clients, TlsClients::Rules(rules) if rules.len() == 1));
    let anonymous = listen(", identity = \"full\", client_cert = \"none\"").tls.unwrap();
    assert_eq!(anonymous.clients, TlsClients::Anonymous);
}

#[rstest]
#[case(", identity = \"full\"", "a listening end with an `identity` says who may come in")]
#[case(", identity = \"ful\", allow = \"any\"", "no identity is called `ful`")]
#[case(", allow = \"any\"", "without an `identity`, `allow` has rules about accounts")]
#[case(", min_tls = \"1.3\"", "`min_tls` without an `identity`")]
#[case(", client_cert = \"none\"", "`client_cert` without an `identity`")]
#[case(", resume = false", "`resume` without an `identity`")]
#[case(", reuse_port = true", "`reuse_port` is not for `fd:` ends")]
#[case(", permissions = \"0600\"", "`permissions` is not for `fd:` ends")]
#[case(", verify = [{ dns = \"a\" }]", "`verify` is not for `fd:` ends")]
#[case(", framing = \"u32le\"", "a byte bridge has no messages to frame")]
fn what_cannot_be_is_said(#[case] options: &str, #[case] expected: &str) {
    assert!(wrong(options).contains(expected), "{}", wrong(options));
}

#[rstest]
#[case("fd:")]
#[case("fd:a:b")]
#[case("fd:a b")]
#[case("fd:\u{e4}")]
fn a_name_that_systemd_does_not_take_is_a_mistake(#[case] address: &str) {
    let bridge = format!("listen = \"{address}\"\nconnect = \"pipe:x\"");
    assert!(only_mistake(&bridge, &unix()).contains("no name of a socket that is handed over"));
}

#[test]
fn it_is_listened_on_and_on_unix_and_once() {
    let dial = "listen = \"pipe:x\"\nconnect = \"fd:orders\"";
    assert!(only_mistake(dial, &unix()).contains("`fd:` is a socket that clients come to"));
    let here = "listen = \"fd:orders\"\nconnect = \"tcp:h:1\"";
    assert!(only_mistake(here, &windows()).contains("`fd:` ends need a Unix system"));
    let twice = format!("{here}\n[bridge.other]\n{here}");
    assert!(only_mistake(&twice, &unix()).contains("listen on the same address"));
}

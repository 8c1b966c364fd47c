use std::time::Duration;

use crate::config::testing::{good_bridge, only_mistake, unix};
use crate::config::{Dial, Listen, ProxyDetail, TcpListen};
use rstest::rstest;

fn tcp_listen(options: &str) -> TcpListen {
    let bridge =
        format!("listen = {{ address = \"tcp:127.0.0.1:0\"{options} }}\nconnect = \"pipe:x\"");
    match good_bridge(&bridge).listen {
        Listen::Tcp(tcp) => tcp,
        other => panic!("{other:?}"),
    }
}

fn wrong_listen(address: &str, options: &str) -> String {
    let bridge = format!("listen = {{ address = \"{address}\"{options} }}\nconnect = \"pipe:x\"");
    only_mistake(&bridge, &unix())
}

#[test]
fn tcp_options_have_their_defaults() {
    let tcp = tcp_listen("").tcp;
    assert!(tcp.nodelay && !tcp.reuse_port);
    assert_eq!(tcp.keepalive, Some(Duration::from_secs(60)));
}

#[test]
fn tcp_options_can_be_set() {
    let tcp = tcp_listen(", nodelay = false, keepalive = false, reuse_port = true").tcp;
    assert!(!tcp.nodelay && tcp.reuse_port);
    assert_eq!(tcp.keepalive, None);
    assert_eq!(tcp_listen(", keepalive = \"5s\"").tcp.keepalive, Some(Duration::from_secs(5)));
}

#[rstest]
#[case("500ms")]
#[case("32768s")]
#[case("10h")]
fn a_keepalive_that_no_socket_takes_is_underlined(#[case] time: &str) {
    let found = wrong_listen("tcp:127.0.0.1:0", &format!(", keepalive = \"{time}\""));
    let expected = format!("\"{time}\" | the system takes no such keepalive time");
    assert!(found.starts_with(&expected), "{found}");
}

#[rstest]
#[case("1s", 1)]
#[case("32767s", 32_767)]
fn the_system_s_shortest_and_longest_keepalive_can_be_set(#[case] time: &str, #[case] secs: u64) {
    let tcp = tcp_listen(&format!(", keepalive = \"{time}\"")).tcp;
    assert_eq!(tcp.keepalive, Some(Duration::from_secs(secs)));
}

#[test]
fn nobody_dials_port_0() {
    let found = only_mistake("listen = \"pipe:x\"\nconnect = \"tcp:h:0\"", &unix());
    assert!(found.starts_with("\"tcp:h:0\" | nobody can be dialled at port 0"), "{found}");
}

#[test]
fn a_proxy_header_is_taken_from_loopback_unless_said_otherwise() {
    let proxy = tcp_listen(", proxy_protocol = \"v2\"").proxy.unwrap();
    assert_eq!(proxy.detail, ProxyDetail::Addresses);
    let from: Vec<_> = proxy.from.iter().map(ToString::to_string).collect();
    assert_eq!(from, ["127.0.0.0/8", "::1/128"]);
    let proxy =
        tcp_listen(", proxy_protocol = \"v2-full\", proxy_from = [\"10.0.0.0/8\", \"fd00::1\"]");
    let proxy = proxy.proxy.unwrap();
    assert_eq!(proxy.detail, ProxyDetail::Full);
    let from: Vec<_> = proxy.from.iter().map(ToString::to_string).collect();
    assert_eq!(from, ["10.0.0.0/8", "fd00::1/128"]);
}

#[test]
fn a_unix_socket_has_no_networks_to_take_a_header_from() {
    let bridge =
        "listen = { address = \"unix:/a\", proxy_protocol = \"v2\" }\nconnect = \"pipe:x\"";
    let Listen::Unix(listen) = good_bridge(bridge).listen else { panic!("no unix end") };
    assert!(listen.proxy.unwrap().from.is_empty());
}

#[test]
fn a_dialled_end_sends_a_header() {
    let bridge =
        "listen = \"pipe:x\"\nconnect = { address = \"tcp:h:1\", proxy_protocol = \"v2-full\" }";
    let Dial::Tcp(dial) = good_bridge(bridge).connect.first else { panic!("no tcp end") };
    assert_eq!(dial.proxy, Some(ProxyDetail::Full));
}

#[rstest]
#[case(", proxy_from = \"10.0.0.0/8\"", "proxy_from | `proxy_from` without `proxy_protocol`")]
#[case(", proxy_protocol = \"v1\"", "\"v1\" | `v1` is not one of the words")]
#[case(
    ", proxy_protocol = \"v2\", proxy_from = \"10.0.0.1/8\"",
    "\"10.0.0.1/8\" | the address has bits beyond the prefix"
)]
#[case(", proxy_protocol = \"v2\", proxy_from = \"office\"", "\"office\" | no address or network")]
#[case(", proxy_protocol = \"v2\", proxy_from = []", "[] | an empty list")]
fn a_mistake_about_the_proxy_protocol_is_underlined(#[case] options: &str, #[case] expected: &str) {
    let found = wrong_listen("tcp:127.0.0.1:0", options);
    assert!(found.starts_with(expected), "{found}");
}

#[test]
fn a_unix_socket_takes_no_proxy_from() {
    let found = wrong_listen("unix:/a", ", proxy_protocol = \"v2\", proxy_from = \"10.0.0.0/8\"");
    assert!(found.starts_with("proxy_from | `proxy_from` is not for `unix:` ends"), "{found}");
}

#[test]
fn packets_carry_no_proxy_header() {
    let bridge = "mode = \"message\"\nlisten = { address = \"unix:/a\", framing = \"packet\", proxy_protocol = \"v2\" }\nconnect = \"pipe:x\"";
    assert!(only_mistake(bridge, &unix()).contains("for streams, not for packets"));
}

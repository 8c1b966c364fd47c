use crate::config::testing::{good_bridge, lines, mistakes, only_mistake, unix, windows};
use crate::config::{Balance, Dial, SrvTransport, Targets};
use rstest::rstest;

fn connect(value: &str) -> String {
    format!("listen = \"pipe:x\"\nconnect = {value}")
}

fn addresses(targets: &Targets) -> Vec<String> {
    targets.iter().map(ToString::to_string).collect()
}

fn service(value: &str) -> crate::config::SrvDial {
    match good_bridge(&connect(value)).connect.first {
        Dial::Srv(srv) => *srv,
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_target_is_no_list() {
    let targets = good_bridge(&connect("\"tcp:h:1\"")).connect;
    assert_eq!(addresses(&targets), ["tcp:h:1"]);
    assert!(targets.only().is_some());
    assert_eq!(targets.balance, Balance::Order);
}

#[test]
fn a_list_has_strings_and_tables_in_its_order() {
    let value = "[\"unix:/b\", { address = \"tls:h:2\", identity = \"full\" }, \"tcp:h:1\"]\n\
                 balance = \"least\"";
    let targets = good_bridge(&connect(value)).connect;
    assert_eq!(addresses(&targets), ["unix:/b", "tls:h:2", "tcp:h:1"]);
    assert!(targets.only().is_none());
    assert_eq!(targets.balance, Balance::Least);
}

#[test]
fn every_target_of_a_list_is_checked_and_each_mistake_has_its_place() {
    let value = "[\"tcp:h:0\", { adress = \"tcp:h:1\" }, { identity = \"full\" }, 5, \
                 { address = \"unix:/a\", identity = \"full\" }, \"pip:x\"]";
    let all = lines(&mistakes(&crate::config::testing::file_with(&connect(value)), &unix()));
    let found = |text: &str| all.iter().filter(|line| line.contains(text)).count();
    assert_eq!(found("nobody can be dialled at port 0"), 1, "{all:#?}");
    assert_eq!(found("unknown key `adress`"), 1, "{all:#?}");
    assert_eq!(found("the end has no `address`"), 1, "{all:#?}");
    assert_eq!(found("5 | wrong type"), 1, "{all:#?}");
    assert_eq!(found("`identity` is not for `unix:` ends"), 1, "{all:#?}");
    assert_eq!(found("unknown scheme `pip:`"), 1, "{all:#?}");
    assert_eq!(all.len(), 6, "{all:#?}");
}

#[rstest]
#[case("[]", "[] | an empty list is nowhere to connect")]
#[case("[\"tcp:h:1\", \"tcp:H:1\"]", "\"tcp:H:1\" | `tcp:H:1` is in the list twice")]
#[case("\"tcp:h:1\"\nbalance = \"least\"", "balance | `balance` with one target")]
#[case("[\"tcp:h:1\"]\nbalance = \"lest\"", "\"lest\" | `lest` is not one of the words")]
#[case("[\"tcp:h:1\", \"pipe:x\"]", "\"pipe:x\" | the bridge would dial itself")]
#[case("[[\"tcp:h:1\"]]", "[\"tcp:h:1\"] | wrong type")]
fn what_is_no_list_of_targets_is_underlined(#[case] value: &str, #[case] expected: &str) {
    let found = only_mistake(&connect(value), &unix());
    assert!(found.starts_with(expected), "{found}");
}

#[test]
fn unix_paths_that_differ_in_case_are_two_targets() {
    good_bridge(&connect("[\"unix:/a\", \"unix:/A\"]"));
}

#[test]
fn there_are_64_targets_at_most() {
    let list = |count: usize| {
        let all: Vec<_> = (1..=count).map(|port| format!("\"tcp:h:{port}\"")).collect();
        connect(&format!("[{}]", all.join(", ")))
    };
    assert_eq!(addresses(&good_bridge(&list(64)).connect).len(), 64);
    let found = only_mistake(&list(66), &unix());
    assert!(found.starts_with("\"tcp:h:65\" | 66 targets are too many | at most 64"), "{found}");
}

#[test]
fn a_service_speaks_tls_under_its_domains_name_where_it_has_an_identity() {
    let plain = service("\"srv:_orders._tcp.example.com\"");
    assert_eq!(plain.service.as_str(), "_orders._tcp.example.com");
    assert!(matches!(plain.over, SrvTransport::Tcp(_)));
    let secure = service("{ address = \"srv:_orders._tcp.example.com.\", identity = \"full\" }");
    let SrvTransport::Tls(tls) = &secure.over else { panic!("{secure:?}") };
    assert_eq!((tls.tcp.to.host.as_str(), tls.server_name.as_deref()), ("example.com", None));
    assert_eq!(secure.identity(), Some("full"));
}

#[test]
fn a_service_may_have_a_name_without_underscores() {
    assert_eq!(service("\"srv:orders.service.consul\"").service.domain(), "orders.service.consul");
}

#[rstest]
#[case("\"srv:\"", "\"srv:\" | no name of a service")]
#[case("\"srv:_a._tcp\"", "\"srv:_a._tcp\" | no name of a service")]
#[case("\"srv:10.0.0.1\"", "\"srv:10.0.0.1\" | no name of a service")]
#[case("\"srv:_a._tcp.h:7\"", "\"srv:_a._tcp.h:7\" | a port after the name of a service")]
#[case("\"srv:_a._udp.h.example\"", "_udp | a service over `_udp` | `_tcp`")]
#[case(
    "{ address = \"srv:_a._tcp.h.example\", server_name = \"x\" }",
    "server_name | `server_name` without an `identity`: no TLS is spoken"
)]
#[case(
    "{ address = \"srv:_a._tcp.h.example\", resume = false }",
    "resume | `resume` without an `identity`: no TLS is spoken"
)]
#[case("{ address = \"srv:_a._tcp.h.example\", wait = \"1s\" }", "wait | `wait` is not for `srv:`")]
fn what_is_no_service_is_underlined(#[case] value: &str, #[case] expected: &str) {
    let found = only_mistake(&connect(value), &windows());
    assert!(found.starts_with(expected), "{found}");
}

#[test]
fn nobody_listens_on_a_service() {
    let bridge = "listen = { address = \"srv:_a._tcp.h.example\", allow = \"any\" }\n\
                  connect = \"pipe:x\"";
    let found = only_mistake(bridge, &unix());
    assert!(found.contains("`srv:` is where to connect, not where to listen"), "{found}");
}

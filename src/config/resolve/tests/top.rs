use std::path::Path;
use std::time::Duration;

use crate::config::testing::{IDENTITIES, good, lines, mistakes, unix, windows};
use crate::config::{AdminListen, LogFormat, Sandbox, UnixName};
use rstest::rstest;

const BRIDGE: &str = "[bridge.b]\nlisten = \"pipe:x\"\nconnect = \"tcp:h:1\"\n";

fn only(text: &str) -> String {
    let mut all = lines(&mistakes(text, &unix()));
    assert_eq!(all.len(), 1, "{all:#?}");
    all.remove(0)
}

#[test]
fn the_top_level_has_the_defaults_of_the_reference() {
    let config = good(BRIDGE, &unix());
    assert_eq!(config.drain_timeout, Duration::from_secs(30));
    assert_eq!((config.max_connections, config.threads), (20_000, None));
    let control = config.control.unwrap();
    assert_eq!(control.pipe.name.as_str(), "pipeferry-control");
    let socket = Path::new("/run/pipeferry").join("pipeferry-control.sock");
    assert_eq!(control.pipe.socket, socket);
    assert!(!control.written);
    assert!(config.watch);
    assert_eq!(config.sandbox, Sandbox::On);
    assert_eq!(config.admin, None);
    assert_eq!((config.log.level.as_str(), config.log.format), ("info", LogFormat::Auto));
}

#[test]
fn the_top_level_can_be_set() {
    let text = format!(
        "drain_timeout = \"0s\"\nmax_connections = 5\nthreads = 3\ncontrol = false\nwatch = false\nsandbox = false\n\
         [log]\nlevel = \"info,pipeferry::tls=debug\"\nformat = \"json\"\n{BRIDGE}"
    );
    let config = good(&text, &unix());
    assert_eq!(config.drain_timeout, Duration::ZERO);
    assert_eq!((config.max_connections, config.control), (5, None));
    assert_eq!(config.threads, Some(3));
    assert!(!config.watch);
    assert_eq!(config.sandbox, Sandbox::Off);
    assert_eq!(config.log.level, "info,pipeferry::tls=debug");
    assert_eq!(config.log.format, LogFormat::Json);
}

#[test]
fn the_sandbox_has_three_settings() {
    let strict = good(&format!("sandbox = \"strict\"\n{BRIDGE}"), &unix());
    assert_eq!(strict.sandbox, Sandbox::Strict);
    for wrong in ["\"on\"", "1"] {
        let said = only(&format!("sandbox = {wrong}\n{BRIDGE}"));
        assert!(said.contains("`true`, `false` or \"strict\""), "{said}");
    }
}

#[rstest]
#[case("control = true", "true | `true` is no name")]
#[case("control = \"..\"", "\"..\" | `.` and `..` are no parts of a pipe's name")]
#[case("watch = \"yes\"", "\"yes\" | wrong type: a string | `true` or `false`")]
#[case("drain_timeout = \"soon\"", "\"soon\" | no duration")]
#[case("max_connections = 1.5", "1.5 | wrong type: a number with a fraction")]
#[case("threads = 0", "0 | out of bounds | a whole number from 1 to 1024")]
#[case("log = \"info\"", "\"info\" | wrong type: a string | a table")]
#[case("[log]\nlevel = \"inof\"", "inof | no log level")]
#[case("[log]\nlevel = \"info,pipeferry=lots\"", "\"info,pipeferry=lots\" | no log directive")]
#[case("[admin]", "admin | `[admin]` has no `listen`")]
#[case(
    "[admin]\nlisten = \"tcp:0.0.0.0:1\"",
    "\"tcp:0.0.0.0:1\" | other machines could read the metrics"
)]
#[case(
    "[admin]\nlisten = \"tcp:gw.example:1\"",
    "\"tcp:gw.example:1\" | other machines could read"
)]
#[case("[admin]\nlisten = \"fifo:/a\"", "\"fifo:/a\" | `fifo:` is not for `[admin]`")]
#[case("[admin]\nlisten = {}", "listen | the end has no `address`")]
#[case(
    "[admin]\nlisten = { address = \"tcp:127.0.0.1:1\", nodelay = true }",
    "nodelay | `nodelay` is not for `[admin]`"
)]
#[case(
    "[admin]\nlisten = { address = \"tcp:127.0.0.1:1\", allow = \"any\" }",
    "allow | `allow` is not for `tcp:` ends"
)]
#[case(
    "[admin]\nlisten = { address = \"unix:/a\", framing = \"packet\" }",
    "framing | `framing` is not for `[admin]`"
)]
#[case(
    "[admin]\nlisten = { address = \"tls:0.0.0.0:1\", client_cert = \"none\" }",
    "\"tls:0.0.0.0:1\" | a `tls:` end needs an `identity`"
)]
#[case("[admin]\nlisten = \"unix:/a\"\nremote = true", "remote | `remote` is for `tcp:`")]
fn a_wrong_line_is_underlined(#[case] line: &str, #[case] expected: &str) {
    let found = only(&format!("{line}\n{BRIDGE}"));
    assert!(found.starts_with(expected), "{found}");
}

#[rstest]
#[case("tcp:127.0.0.1:0", "")]
#[case("tcp:[::1]:9464", "")]
#[case("tcp:localhost:9464", "")]
#[case("tcp:0.0.0.0:9464", "remote = true")]
#[case("pipe:metrics", "")]
#[case("unix:@metrics", "")]
fn metrics_are_served_on_this_machine_or_on_request_to_others(
    #[case] address: &str,
    #[case] more: &str,
) {
    let text = format!("[admin]\nlisten = \"{address}\"\n{more}\n{BRIDGE}");
    assert!(good(&text, &unix()).admin.is_some());
}

#[rstest]
#[case("tls:0.0.0.0:9464", "identity = \"full\", allow = \"any\"")]
#[case(
    "tls:0.0.0.0:9464",
    "identity = \"full\", allow = { cn = \"prometheus\" }, min_tls = \"1.3\""
)]
#[case("tls:0.0.0.0:9464", "identity = \"full\", client_cert = \"none\"")]
#[case("unix:/run/admin.sock", "allow = { group = \"ops\" }, permissions = \"0660\"")]
#[case("pipe:metrics", "allow = { user = \"prometheus\" }")]
fn the_admin_listener_says_who_may_come_in_as_an_end_does(
    #[case] address: &str,
    #[case] more: &str,
) {
    let listen = format!("{{ address = \"{address}\", {more} }}");
    let text = format!("{IDENTITIES}[admin]\nlisten = {listen}\n{BRIDGE}");
    assert_eq!(good(&text, &unix()).admin.unwrap().listen.to_string(), address);
}

#[test]
fn an_admin_listener_over_tls_needs_to_know_who_may_come_in() {
    let text = format!(
        "{IDENTITIES}[admin]\nlisten = {{ address = \"tls:[::]:1\", identity = \"full\" }}\n{BRIDGE}"
    );
    assert!(only(&text).contains("a listening `tls:` end says who may come in"));
}

#[test]
fn a_relative_admin_socket_is_beside_the_configuration() {
    let text = format!("[admin]\nlisten = \"unix:admin.sock\"\n{BRIDGE}");
    let listen = good(&text, &unix()).admin.unwrap().listen;
    let AdminListen::Unix(listen) = listen else { panic!("{listen}") };
    assert_eq!(listen.name, UnixName::Path("/srv/admin.sock".into()));
}

#[test]
fn the_journal_is_a_format_where_there_is_one() {
    let text = format!("[log]\nformat = \"journal\"\n{BRIDGE}");
    assert_eq!(good(&text, &unix()).log.format, LogFormat::Journal);
    let found = lines(&mistakes(&text, &windows()));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("\"journal\" | there is no journal on Windows"), "{found:?}");
}

#[test]
fn a_file_without_bridges_is_a_mistake() {
    assert!(only("").contains("there is no bridge"));
    assert!(only("[bridge]").contains("there is no bridge"));
}

#[rstest]
#[case("\"a b\"")]
#[case("\"\"")]
#[case("\"ä\"")]
#[case("a234567890123456789012345678901234567890123456789012345678901234")]
fn a_bridges_name_is_a_label(#[case] name: &str) {
    let text = format!("[bridge.{name}]\nlisten = \"pipe:x\"\nconnect = \"tcp:h:1\"");
    let found = only(&text);
    assert!(found.starts_with(&format!("{name} | no good name")), "{found}");
}

#[test]
fn bridges_keep_the_order_of_the_file() {
    let text = ["z", "a", "m"]
        .map(|name| format!("[bridge.{name}]\nlisten = \"pipe:{name}\"\nconnect = \"tcp:h:1\"\n"));
    let config = good(&text.concat(), &unix());
    let names: Vec<_> = config.bridges.iter().map(|bridge| bridge.name.as_str()).collect();
    assert_eq!(names, ["z", "a", "m"]);
}

#[test]
fn paths_of_windows_are_kept_as_they_are() {
    let text = format!("[identity.i]\ntrust = 'C:\\ca.pem'\n{BRIDGE}");
    let trust = good(&text, &windows()).identities.remove("i").unwrap().trust;
    assert_eq!(trust, Some(crate::config::Trust::File(r"C:\ca.pem".into())));
}

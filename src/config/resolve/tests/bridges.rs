use std::time::Duration;

use crate::config::testing::{
    file_with, good, good_bridge, lines, mistakes, only_mistake, unix, windows,
};
use crate::config::{Framing, Listen, Mode};
use rstest::rstest;

#[test]
fn a_bridge_has_the_defaults_of_the_reference() {
    let bridge = good_bridge("listen = \"pipe:x\"\nconnect = \"tcp:h:1\"");
    assert_eq!(bridge.mode, Mode::Byte);
    assert_eq!(bridge.connect_timeout, Duration::from_secs(10));
    assert_eq!(bridge.handshake_timeout, Duration::from_secs(10));
    assert_eq!(bridge.idle_timeout, None);
    assert_eq!(bridge.half_close_timeout, Duration::from_secs(60));
    assert_eq!(bridge.max_lifetime, None);
    assert_eq!(bridge.max_connections, 1024);
    assert_eq!(bridge.max_message, 16 << 20);
}

#[test]
fn every_limit_of_a_bridge_can_be_set() {
    let bridge = good_bridge(
        "mode = \"message\"\nlisten = \"pipe:x\"\nconnect = \"tcp:h:1\"\nconnect_timeout = \"1s\"\n\
         handshake_timeout = \"2s\"\nidle_timeout = \"3s\"\nhalf_close_timeout = \"4s\"\n\
         max_lifetime = \"1h 30m\"\nmax_connections = 7\nmax_message = \"64KB\"",
    );
    assert_eq!(bridge.mode, Mode::Message);
    assert_eq!(bridge.connect_timeout, Duration::from_secs(1));
    assert_eq!(bridge.handshake_timeout, Duration::from_secs(2));
    assert_eq!(bridge.idle_timeout, Some(Duration::from_secs(3)));
    assert_eq!(bridge.half_close_timeout, Duration::from_secs(4));
    assert_eq!(bridge.max_lifetime, Some(Duration::from_secs(5400)));
    assert_eq!(bridge.max_connections, 7);
    assert_eq!(bridge.max_message, 64_000);
}

#[rstest]
#[case("connect_timeout = \"0s\"", "\"0s\" | zero would end it before it begins")]
#[case("handshake_timeout = 10", "10 | a duration needs its unit")]
#[case("idle_timeout = \"0s\"", "\"0s\" | zero would end it before it begins")]
#[case("half_close_timeout = false", "false | wrong type: a boolean")]
#[case("max_lifetime = true", "true | wrong type: a boolean")]
#[case("max_connections = 0", "0 | out of bounds | a whole number from 1 to 1000000")]
#[case("max_connections = \"many\"", "\"many\" | wrong type: a string")]
#[case("max_message = \"1MiB\"", "max_message | a byte bridge has no messages to measure")]
#[case("colour = \"red\"", "colour | unknown key `colour`")]
fn a_wrong_limit_is_underlined(#[case] line: &str, #[case] expected: &str) {
    let found =
        only_mistake(&format!("listen = \"pipe:x\"\nconnect = \"tcp:h:1\"\n{line}"), &unix());
    assert!(found.starts_with(expected), "{found}");
}

#[test]
fn a_missing_end_is_said_once_and_not_when_its_key_is_misspelt() {
    assert!(
        only_mistake("listen = \"pipe:x\"", &unix()).starts_with("b | bridge `b` has no `connect`")
    );
    let found = only_mistake("listen = \"pipe:x\"\nconect = \"tcp:h:1\"", &unix());
    assert!(found.ends_with("did you mean `connect`?"), "{found}");
}

#[rstest]
#[case("u32le", Framing::U32Le)]
#[case("u16be", Framing::U16Be)]
#[case("u16le", Framing::U16Le)]
#[case("varint", Framing::Varint)]
#[case("packet", Framing::Packet)]
fn each_framing_has_its_word(#[case] word: &str, #[case] framing: Framing) {
    let bridge = good_bridge(&format!(
        "mode = \"message\"\nlisten = {{ address = \"unix:/x\", framing = \"{word}\" }}\nconnect = \"tcp:h:1\""
    ));
    let Listen::Unix(unix) = bridge.listen else { panic!("no unix end") };
    assert_eq!(unix.framing, framing);
}

#[rstest]
#[case("byte", "unix:/x", "u16be", "framing | a byte bridge has no messages to frame")]
#[case("message", "tcp:127.0.0.1:1", "packet", "\"packet\" | `tcp:` ends carry no packets")]
#[case("message", "pipe:x", "packet", "\"packet\" | `pipe:` ends carry no packets")]
#[case("message", "unix:/x", "u64be", "\"u64be\" | `u64be` is not one of the words")]
fn a_framing_that_cannot_be_is_a_mistake(
    #[case] mode: &str,
    #[case] address: &str,
    #[case] framing: &str,
    #[case] expected: &str,
) {
    let bridge = format!(
        "mode = \"{mode}\"\nlisten = {{ address = \"{address}\", framing = \"{framing}\" }}\nconnect = \"tcp:h:1\""
    );
    let found = only_mistake(&bridge, &unix());
    assert!(found.starts_with(expected), "{found}");
}

#[test]
fn what_depends_on_a_mode_that_is_wrong_is_not_judged() {
    let bridge = "mode = \"mesage\"\nlisten = { address = \"unix:/x\", framing = \"u16be\" }\nconnect = \"tcp:h:1\"\nmax_message = 5";
    assert!(only_mistake(bridge, &unix()).contains("did you mean `message`?"));
}

#[test]
fn standard_input_is_not_for_a_file() {
    let found = only_mistake("listen = \"stdio:\"\nconnect = \"tcp:h:1\"", &unix());
    assert!(found.contains("not for a configuration file") && found.contains("pipeferry relay"));
}

fn two(one: &str, other: &str) -> String {
    format!(
        "[bridge.one]\nlisten = {one}\nconnect = \"tcp:h:1\"\n[bridge.two]\nlisten = {other}\nconnect = \"tcp:h:1\"\n"
    )
}

#[rstest]
#[case("\"pipe:x\"", "\"pipe:x\"")]
#[case("\"pipe:x\"", r#"'\\.\pipe\x'"#)]
#[case("\"pipe:x\"", "\"unix:/run/pipeferry/x.sock\"")]
#[case("\"unix:/a/./b\"", "\"unix:/a/b\"")]
#[case("\"unix:@a\"", "\"unix:@a\"")]
#[case("\"fifo:/a\"", "\"fifo:/a\"")]
#[case("\"tcp:127.0.0.1:7\"", "\"tcp:127.0.0.1:7\"")]
#[case("\"tcp:127.0.0.1:7\"", "\"tcp:0.0.0.0:7\"")]
#[case("\"tcp:[::1]:7\"", "\"tcp:[0:0::1]:7\"")]
#[case("\"tcp:Host:7\"", "\"tcp:host:7\"")]
#[case("{ address = \"tcp:h2:7\", reuse_port = true }", "\"tcp:h2:7\"")]
fn two_bridges_cannot_listen_on_one_address(#[case] one: &str, #[case] other: &str) {
    let all = lines(&mistakes(&two(one, other), &unix()));
    assert_eq!(all.len(), 1, "{all:?}");
    assert!(all[0].contains("bridge `two` and bridge `one` listen on the same address"), "{all:?}");
}

#[rstest]
#[case("\"tcp:127.0.0.1:0\"", "\"tcp:127.0.0.1:0\"")]
#[case("\"tcp:127.0.0.1:7\"", "\"tcp:127.0.0.2:7\"")]
#[case("\"tcp:0.0.0.0:7\"", "\"tcp:[::1]:7\"")]
#[case("\"pipe:x\"", "\"pipe:X\"")]
#[case(
    "{ address = \"tcp:h2:7\", reuse_port = true }",
    "{ address = \"tcp:h2:7\", reuse_port = true }"
)]
fn addresses_that_differ_are_no_mistake(#[case] one: &str, #[case] other: &str) {
    good(&two(one, other), &unix());
}

#[test]
fn windows_pipes_differ_by_more_than_case() {
    let all = lines(&mistakes(&two("\"pipe:x\"", "\"pipe:X\""), &windows()));
    assert!(all[0].contains("listen on the same address"), "{all:?}");
}

#[test]
fn the_admin_listener_takes_an_address_too() {
    let text = "[admin]\nlisten = \"tcp:127.0.0.1:7\"\n[bridge.b]\nlisten = \"tcp:127.0.0.1:7\"\nconnect = \"tcp:h:1\"";
    let all = lines(&mistakes(text, &unix()));
    assert!(all[0].contains("`[admin]` and bridge `b` listen on the same address"), "{all:?}");
}

#[test]
fn a_bridge_that_dials_itself_is_a_mistake() {
    let found = only_mistake("listen = \"pipe:x\"\nconnect = \"pipe:x\"", &unix());
    assert!(found.contains("would dial itself"), "{found}");
}

#[test]
fn a_bridge_where_the_control_pipe_is_by_default_is_the_one_to_be_pointed_at() {
    let bridge = "listen = \"pipe:pipeferry-control\"\nconnect = \"tcp:h:1\"";
    let all = lines(&mistakes(&file_with(bridge), &unix()));
    assert_eq!(all.len(), 1, "{all:?}");
    assert!(all[0].starts_with("\"pipe:pipeferry-control\" | the control pipe and"), "{all:?}");
    assert!(all[0].contains("control = false"), "{all:?}");
}

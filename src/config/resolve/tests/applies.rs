use crate::config::raw::RawEndTable;
use crate::config::resolve::{APPLIES, NEEDS_WINDOWS};
use crate::config::testing::{lines, mistakes, only_mistake, unix, windows};
use rstest::rstest;

#[test]
fn every_option_of_an_end_has_its_place_and_no_other_has() {
    let placed: Vec<_> = APPLIES.iter().map(|(key, _)| *key).collect();
    assert_eq!(placed, RawEndTable::KEYS);
    assert!(NEEDS_WINDOWS.iter().all(|key| placed.contains(key)));
}

#[rstest]
#[case(
    "identity = \"full\"",
    "identity | `identity` is not for `tcp:` ends | it on `tls:`, `fd:` (listening) or `srv:` (connecting) | use `tls:`"
)]
#[case(
    "allow = \"any\"",
    "allow | `allow` is not for `tcp:` ends | it on `pipe:`, `unix:`, `tls:`, `fd:` (listening) | anybody who reaches a `tcp:` port comes in; use `tls:`"
)]
#[case(
    "wait = \"1s\"",
    "wait | `wait` is not for `tcp:` ends | it on `pipe:`, `unix:` (connecting) | "
)]
#[case(
    "permissions = \"0600\"",
    "permissions | `permissions` is not for `tcp:` ends | it on `pipe:`, `unix:`, `fifo:` (listening) | "
)]
fn an_option_of_another_scheme_is_a_mistake(#[case] option: &str, #[case] expected: &str) {
    let bridge =
        format!("listen = {{ address = \"tcp:127.0.0.1:1\", {option} }}\nconnect = \"pipe:x\"");
    assert_eq!(only_mistake(&bridge, &unix()), expected);
}

#[test]
fn an_option_of_the_other_side_is_a_mistake() {
    let bridge = "listen = \"pipe:x\"\nconnect = { address = \"tcp:h:1\", reuse_port = true }";
    assert_eq!(
        only_mistake(bridge, &unix()),
        "reuse_port | `reuse_port` is not for a connecting `tcp:` end | it on `tcp:`, `tls:` (listening) | "
    );
}

#[test]
fn each_windows_option_is_read_everywhere_and_said_to_need_windows_elsewhere() {
    let listen = "listen = { address = \"pipe:x\", sddl = \"D:P(A;;GA;;;SY)\", type = \"message\", half_close = \"zero-message\", instances = 8, backlog = 2, in_buffer = 0, out_buffer = \"1MiB\", default_timeout = \"1s\", write_through = true, write_dac = true, write_owner = true, access_system_security = true, remote = true }";
    let text = format!(
        "[bridge.b]\n{listen}\nconnect = {{ address = \"pipe:y\", impersonation = \"anonymous\" }}"
    );
    let all = lines(&mistakes(&text, &unix()));
    assert_eq!(all.len(), NEEDS_WINDOWS.len(), "{all:#?}");
    assert!(all.iter().all(|line| line.contains("needs Windows")), "{all:#?}");
    crate::config::testing::good(&text, &windows());
}

#[rstest]
#[case("unix:/a")]
#[case("fifo:/a")]
fn ends_of_unix_are_a_mistake_on_windows(#[case] address: &str) {
    let bridge = format!("listen = \"{address}\"\nconnect = \"tcp:h:1\"");
    assert!(only_mistake(&bridge, &windows()).contains("need a Unix system"));
}

#[rstest]
#[case("permissions = \"0600\"")]
#[case("owner = \"root\"")]
#[case("group = \"root\"")]
fn options_of_a_socket_file_are_a_mistake_on_a_windows_pipe(#[case] option: &str) {
    let bridge = format!("listen = {{ address = \"pipe:x\", {option} }}\nconnect = \"tcp:h:1\"");
    assert!(only_mistake(&bridge, &windows()).contains("is for systems other than Windows"));
}

#[test]
fn a_windows_message_pipe_has_no_framing() {
    let bridge = "mode = \"message\"\nlisten = { address = \"pipe:x\", framing = \"u32be\" }\nconnect = \"tcp:h:1\"";
    assert!(only_mistake(bridge, &windows()).starts_with("framing | "));
}

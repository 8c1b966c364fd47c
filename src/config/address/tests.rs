#![allow(clippy::unwrap_used)]

use super::*;
use rstest::rstest;

fn pipe(host: Option<&str>, name: &str) -> Address {
    Address::Pipe { host: host.map(str::to_owned), name: PipeName(name.to_owned()) }
}

#[rstest]
#[case("pipe:orders")]
#[case(r"\\.\pipe\orders")]
#[case(r"\\?\pipe\orders")]
#[case(r"\\.\PIPE\orders")]
#[case("//./pipe/orders")]
#[case("npipe:////./pipe/orders")]
#[case("npipe://./pipe/orders")]
#[case(r"npipe:\\.\pipe\orders")]
#[case(r"pipe:\\.\pipe\orders")]
#[case("pipe://./pipe/orders")]
#[case("pipe:////./pipe/orders")]
#[case("pipe://./orders")]
fn one_pipe_is_written_in_many_ways(#[case] text: &str) {
    assert_eq!(parse(text).unwrap(), pipe(None, "orders"));
}

#[rstest]
#[case("pipe://win01/orders")]
#[case(r"\\win01\pipe\orders")]
#[case("//win01/pipe/orders")]
fn another_machines_pipe_too(#[case] text: &str) {
    assert_eq!(parse(text).unwrap(), pipe(Some("win01"), "orders"));
}

#[test]
fn separators_in_a_pipes_name_become_slashes() {
    assert_eq!(parse(r"pipe:a\b/c").unwrap(), pipe(None, "a/b/c"));
}

#[rstest]
#[case("unix:/run/a.sock", Address::Unix("/run/a.sock".into()))]
#[case("unix:a,b", Address::Unix("a,b".into()))]
#[case("unix:@name", Address::Abstract("name".into()))]
#[case("fifo:/run/a", Address::Fifo("/run/a".into()))]
#[case("tcp:db1:5432", Address::Tcp(HostPort { host: "db1".into(), port: 5432 }))]
#[case("tls:[::1]:0", Address::Tls(HostPort { host: "::1".into(), port: 0 }))]
#[case("tcp:[fe80::1%eth0]:1", Address::Tcp(HostPort { host: "fe80::1%eth0".into(), port: 1 }))]
#[case("tcp:a_b.example.:1", Address::Tcp(HostPort { host: "a_b.example.".into(), port: 1 }))]
#[case("stdio:", Address::Stdio)]
fn each_scheme_is_read(#[case] text: &str, #[case] expected: Address) {
    assert_eq!(parse(text).unwrap(), expected);
}

#[rstest]
#[case("", "an address begins with its scheme", "")]
#[case("/run/x", "an address begins with its scheme", "write `unix:/run/x` for a Unix socket")]
#[case("orders", "an address begins with its scheme", "write `pipe:orders` for a pipe")]
#[case("host:80", "unknown scheme `host:`", "write `tcp:host:80` or `tls:host:80`")]
#[case("tpc:h:1", "unknown scheme `tpc:`", "did you mean `tcp`?")]
#[case("TCP:h:1", "unknown scheme `TCP:`", "did you mean `tcp`?")]
#[case("tcp://h:1/", "slashes after the scheme", "write `tcp:h:1`")]
#[case("tcp:80", "the port is missing", "write `tcp:127.0.0.1:80`")]
#[case("tcp:h", "the port is missing", "")]
#[case("tcp:h:", "no port", "")]
#[case("tcp:h:+1", "no port", "")]
#[case("tcp:h:65536", "no port", "")]
#[case("tcp:h:1,nodelay=false", "no port", "options go into a table")]
#[case("tcp::80", "no host", "write `tcp:0.0.0.0:80`")]
#[case("tcp:*:80", "no host", "`tcp:[::]:80`")]
#[case("tcp:::1:80", "an IPv6 address without brackets", "`tcp:[::1]:80`")]
#[case("tcp:[h]:80", "no host", "")]
#[case("tcp:10.0.0.256:80", "no host", "")]
#[case("tcp:a b:80", "no host", "")]
#[case("unix:", "a path is missing", "")]
#[case("unix:@", "an abstract name is missing", "")]
#[case("unix:a\u{0}b", "a path is missing, or has control characters", "")]
#[case("pipe:", "the pipe's name is missing", "")]
#[case("pipe:../x", "`.` and `..` are no parts of a pipe's name", "")]
#[case(r"pipe:a\..\x", "`.` and `..` are no parts of a pipe's name", "")]
#[case("pipe:a\u{7}", "a control character in a pipe's name", "")]
#[case("pipe://ho st/x", "no host's name", "")]
#[case(r"\\.\mailslot\x", "no pipe's path", "")]
#[case("npipe:x", "no pipe", "")]
#[case("stdio:x", "`stdio:` takes nothing after the colon", "")]
fn a_wrong_address_says_why(#[case] text: &str, #[case] message: &str, #[case] hint: &str) {
    let fault = parse(text).unwrap_err();
    assert!(fault.message.starts_with(message), "{fault:?}");
    assert!(fault.hint.clone().unwrap_or_default().contains(hint), "{fault:?}");
    assert!(!fault.expected.is_empty(), "{fault:?}");
}

/// Win32 leaves dots and spaces at the end of a part away, and joins separators:
/// such a name would be another pipe's than the one that is written.
#[rstest]
#[case::two_separators("pipe:a//b")]
#[case::two_of_windows_separators(r"pipe:a\\b")]
#[case::separator_at_the_end("pipe:a/")]
#[case::separator_at_the_start("pipe:/a")]
#[case::after_a_prefix(r"\\.\pipe\\a")]
#[case::nothing_after_a_host("pipe://win01/a//b")]
#[case::dot_at_the_end("pipe:orders.")]
#[case::dot_at_the_end_of_a_part("pipe:a./b")]
#[case::space_at_the_end("pipe:orders ")]
#[case::space_at_the_end_of_a_part(r"pipe:a \b")]
#[case::dots_and_spaces_alone("pipe:a/. .")]
#[case::three_dots("pipe:...")]
#[case::on_another_machine(r"\\win01\pipe\orders.")]
fn a_name_that_windows_would_shorten_is_refused(#[case] text: &str) {
    let fault = parse(text).unwrap_err();
    let message = "a part of the pipe's name is empty, or ends in a dot or a space";
    assert_eq!(fault.message, message, "{fault:?}");
}

#[rstest]
#[case("pipe:a.b", "a.b")]
#[case("pipe:.hidden/a b", ".hidden/a b")]
#[case("pipe: a/..b", " a/..b")]
fn dots_and_spaces_elsewhere_belong_to_the_name(#[case] text: &str, #[case] name: &str) {
    assert_eq!(parse(text).unwrap(), pipe(None, name));
}

#[test]
fn a_pipes_name_is_as_long_as_windows_takes() {
    assert!(parse(&format!("pipe:{}", "n".repeat(247))).is_ok());
    assert!(parse(&format!("pipe:{}", "n".repeat(248))).is_err());
    // Two UTF-16 units each.
    assert!(parse(&format!("pipe:{}", "\u{1F600}".repeat(123))).is_ok());
    assert!(parse(&format!("pipe:{}", "\u{1F600}".repeat(124))).is_err());
}

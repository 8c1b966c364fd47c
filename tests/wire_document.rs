//! What docs/wire.md shows in bytes is what the codecs do.
#![allow(clippy::unwrap_used, missing_docs)]

use std::io::Write as _;
use std::process::{Command, Stdio};

use pipeferry::access::{Account, Origin, Peer, Process};
use pipeferry::config::ProxyDetail;
use pipeferry::frame::{Prefix, Scan};
use pipeferry::proxy;

const PAGE: &str = include_str!("../docs/wire.md");

/// The bytes of `00 05 68`.
fn bytes(hex: &str) -> Vec<u8> {
    hex.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

/// The code blocks of the page in this language; "" for those without one.
fn blocks(language: &str) -> Vec<&'static str> {
    let block = |(at, part): (usize, &'static str)| {
        let (first, text) = part.split_once('\n')?;
        (at % 2 == 1 && first == language).then_some(text)
    };
    PAGE.split("```").enumerate().filter_map(block).collect()
}

/// The hex column of a block, without what is said about it.
fn dump(block: &str) -> Vec<u8> {
    let columns = block.lines().map(|line| line.split_at(line.len().min(39)).0);
    columns.flat_map(bytes).collect()
}

fn example(framing: &str) -> Vec<u8> {
    let row = PAGE.lines().find(|line| line.starts_with(&format!("| `{framing}` | `"))).unwrap();
    bytes(row.split('`').nth(3).unwrap())
}

#[test]
fn the_examples_of_each_framing_are_what_is_written_and_read() {
    for (framing, prefix) in [
        ("u32be", Prefix::U32Be),
        ("u32le", Prefix::U32Le),
        ("u16be", Prefix::U16Be),
        ("u16le", Prefix::U16Le),
        ("varint", Prefix::Varint),
    ] {
        let wire = example(framing);
        let read: Vec<_> = Scan::new(prefix, 5, &wire).map(|at| wire[at].to_vec()).collect();
        assert_eq!(read, [&b"hello"[..], b""], "{framing}");
        let (hello, empty) = (prefix.head(5).unwrap(), prefix.head(0).unwrap());
        assert_eq!([hello.as_slice(), b"hello", empty.as_slice()].concat(), wire, "{framing}");
    }
}

#[test]
fn the_first_header_is_what_a_tcp_client_makes() {
    let origin = Origin::Network {
        peer: "192.0.2.1:4711".parse().unwrap(),
        local: "192.0.2.2:443".parse().unwrap(),
    };
    let sent = proxy::from_peer(&Peer::new(origin), ProxyDetail::Addresses, "01J9ZK");
    assert_eq!(sent, dump(blocks("")[0]));
}

#[test]
fn the_last_header_is_what_a_local_client_makes() {
    let account = Account::Unix { uid: 1000, gid: 100, groups: Box::default() };
    let client = Peer::new(Origin::Local(Process { pid: Some(4711), account }));
    let sent = proxy::from_peer(&client, ProxyDetail::Full, "01J9ZK");
    assert_eq!(sent, dump(blocks("")[1]));
}

#[test]
fn the_python_reader_reads_the_example_and_notices_a_cut() {
    let reader = blocks("python")[0];
    let program = format!("import sys\n{reader}\nprint(list(messages(sys.stdin.buffer)))");
    let wire = example("u32be");
    assert_eq!(python(&program, &wire), Some("[b'hello', b'']".to_owned()));
    for cut in [1, 4, 6, wire.len() - 1] {
        assert_eq!(python(&program, &wire[..cut]), None, "{cut}");
    }
}

/// What a program prints; `None` if it fails.
fn python(program: &str, input: &[u8]) -> Option<String> {
    let mut child = Command::new("python3")
        .args(["-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap().trim().to_owned())
}

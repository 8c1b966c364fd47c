//! Our own TLV, byte by byte as docs/wire.md has it.

use super::unix_process;
use crate::access::{Account, Process};
use crate::proxy::process::{self, read};

fn value(process: &Process) -> Vec<u8> {
    process::value(process).unwrap()
}

#[test]
fn of_an_unknown_account_nothing_is_said() {
    let nobody = Process { pid: Some(4711), account: Account::Unknown };
    assert_eq!(process::value(&nobody), None);
}

/// Its process number may be another process's by now: whoever reads the header
/// would take it for who the client is.
#[test]
fn of_a_supposed_account_nothing_is_said() {
    for name in [None, Some("NT\\SYS".to_owned())] {
        let account = Account::Supposed { sid: "S-1-5-18".into(), name };
        assert_eq!(process::value(&Process { pid: Some(4711), account }), None);
    }
}

fn windows(name: Option<&str>) -> Process {
    let name = name.map(str::to_owned);
    let account = Account::Windows { sid: "S-1-5-18".into(), name, groups: Box::default() };
    Process { pid: None, account }
}

#[test]
fn a_unix_process_is_fourteen_bytes() {
    let bytes = [1, 1, 0, 0, 0x12, 0x67, 0, 0, 3, 0xe8, 0, 0, 0, 100];
    assert_eq!(value(&unix_process()), bytes);
    assert_eq!(read(&bytes), Some(unix_process()));
}

#[test]
fn a_windows_process_has_its_sid_and_its_name() {
    let bytes = b"\x01\x02\0\0\0\0\x08S-1-5-18\0\x06NT\\SYS";
    assert_eq!(value(&windows(Some("NT\\SYS"))), bytes);
    assert_eq!(read(bytes), Some(windows(Some("NT\\SYS"))));
    let nameless = b"\x01\x02\0\0\0\0\x08S-1-5-18\0\0";
    assert_eq!(value(&windows(None)), nameless);
    assert_eq!(read(nameless), Some(windows(None)));
}

#[test]
fn groups_are_not_carried() {
    let mut process = windows(Some("NT\\SYS"));
    let bytes = value(&process);
    let Account::Windows { groups, .. } = &mut process.account else { panic!("no SID") };
    *groups = ["S-1-5-32-544".to_owned()].into();
    assert_eq!(value(&process), bytes);
}

#[test]
fn a_value_cut_at_any_byte_is_nobody() {
    for process in [unix_process(), windows(Some("NT\\SYS"))] {
        let whole = value(&process);
        for len in 0..whole.len() {
            assert_eq!(read(&whole[..len]), None, "{len}");
        }
    }
}

#[test]
fn bytes_that_a_later_layout_adds_are_passed_over() {
    for process in [unix_process(), windows(Some("NT\\SYS"))] {
        assert_eq!(read(&[value(&process), vec![9; 5]].concat()), Some(process));
    }
}

#[test]
fn another_version_or_kind_is_nobody() {
    let good = value(&unix_process());
    for (place, byte) in [(0, 0), (0, 2), (1, 0), (1, 3)] {
        let mut other = good.clone();
        other[place] = byte;
        assert_eq!(read(&other), None);
    }
}

#[test]
fn a_sid_that_is_none_is_nobody_and_a_name_with_control_characters_is_left_out() {
    for sid in ["", "S-1-", "S-2-5-18", "S-1-5-18\n", "S-1-5--18", "admin"] {
        let mut bytes = vec![1, 2, 0, 0, 0, 1, sid.len() as u8];
        bytes.extend_from_slice(sid.as_bytes());
        bytes.extend_from_slice(&[0, 0]);
        assert_eq!(read(&bytes), None, "{sid:?}");
    }
    assert_eq!(read(b"\x01\x02\0\0\0\0\x08S-1-5-18\0\x03a\nb"), Some(windows(None)));
    let long = "x".repeat(2000);
    assert_eq!(read(&value(&windows(Some(&long)))), Some(windows(None)));
}

//! The tests that lie beside the code, on Windows.

use std::time::Duration;

use crate::harness::{Machine, built};

#[test]
fn the_unit_tests_pass_on_windows() {
    let machine = Machine::boot();
    let tests = machine.start(&built::unit_tests(), &["--test-threads=2"]);
    let ended = tests.finished_within(Duration::from_secs(500));
    let (_, failures) = ended.said.split_once("failures:").unwrap_or(("", &ended.said));
    assert_eq!(ended.code, 0, "{failures}");
    assert!(ended.said.contains("\ntest result: ok. "), "{}", ended.said);
    assert!(ended.said.contains("test sys::windows::"), "those of Windows are among them");
}

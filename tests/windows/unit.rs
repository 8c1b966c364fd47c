//! The crate's own unit tests, on Windows: pipes, descriptors and tokens are
//! tried there, and what is the same on all systems is once more.

use std::time::Duration;

use crate::harness::{Machine, built};

#[test]
fn the_unit_tests_pass_on_windows() {
    let machine = Machine::boot();
    let tests = machine.start(&built::unit_tests(), &["--test-threads=2"]);
    let said = tests.finished_within(Duration::from_secs(500)).said;
    let result = said.lines().find(|line| line.starts_with("test result: "));
    let result = result.unwrap_or_else(|| panic!("no result in\n{said}"));
    println!("{result}");
    assert!(result.starts_with("test result: ok. "), "{said}");
    assert!(result.contains(" 0 ignored; "), "{result}");
    for part in ["sys::windows::pipe::", "sys::windows::descriptor::", "sys::windows::token::"] {
        let ran = said.lines().any(|line| line.starts_with(&format!("test {part}")));
        assert!(ran, "nothing of {part} in\n{said}");
    }
}

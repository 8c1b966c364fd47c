//! What docs/windows.md says that `verify.ps1` checks is what it checks.

use std::collections::BTreeSet;
use std::fs;

use crate::markdown::documents;
use crate::repository;

/// The page about Windows, from the repository's root.
pub const PAGE: &str = "docs/windows.md";

/// The words in backticks in the last column of the table that is headed so.
fn promised(lines: &[&str]) -> BTreeSet<String> {
    let table = lines.iter().skip_while(|line| !line.ends_with("| `verify.ps1` |")).skip(2);
    let rows = table.take_while(|line| line.starts_with('|'));
    let last = rows.filter_map(|row| row.trim_end_matches([' ', '|']).rsplit_once(" | "));
    last.flat_map(|(_, checks)| checks.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

/// The names of the script's checks, in their order.
fn made(script: &str) -> Vec<String> {
    let calls = script.lines().filter_map(|line| line.trim().strip_prefix("Test-Promise '"));
    calls.filter_map(|rest| rest.split_once("' {")).map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn the_page_tells_of_every_check_of_the_script_and_of_no_other() {
    let page =
        documents().into_iter().find(|page| page.path == std::path::Path::new(PAGE)).unwrap();
    let prose = page.prose();
    let lines: Vec<&str> = prose.iter().map(|line| line.text.as_str()).collect();
    let script = fs::read_to_string(repository().join("deploy/windows/verify.ps1")).unwrap();
    let made = made(&script);
    assert!(made.len() > 15, "{made:?}");
    let names: BTreeSet<String> = made.iter().cloned().collect();
    assert_eq!(names.len(), made.len(), "two checks have one name: {made:?}");
    assert_eq!(promised(&lines), names);
}

#[test]
fn names_are_found_in_a_table_and_in_a_script() {
    let lines =
        ["| a | b | `verify.ps1` |", "|---|---|---|", "| `x` | y | `one`, `two` |", "", "| `z` |"];
    assert_eq!(promised(&lines), BTreeSet::from(["one".to_owned(), "two".to_owned()]));
    assert_eq!(made("    Test-Promise 'one' {\n  }\nTest-Promise $Name {\n"), ["one"]);
}

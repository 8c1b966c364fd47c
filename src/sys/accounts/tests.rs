#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn root_is_user_and_group_zero() {
    assert_eq!(user_id("root").unwrap(), Some(0));
    assert_eq!(group_id("root").unwrap(), Some(0));
}

#[test]
fn an_unknown_name_is_none_and_not_an_error() {
    assert_eq!(user_id("no-such-user-here").unwrap(), None);
    assert_eq!(group_id("no-such-group-here").unwrap(), None);
}

#[test]
fn a_name_with_a_nul_names_nobody() {
    assert_eq!(user_id("root\0x").unwrap(), None);
}

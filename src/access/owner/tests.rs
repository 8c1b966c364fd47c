#![allow(clippy::unwrap_used)]

use super::*;

fn process(uid: u32) -> Account {
    Account::Unix { uid, gid: 0, groups: [0].into() }
}

#[test]
fn an_owner_is_compared_by_name_or_number() {
    let root = ResolvedOwner::resolve("root").unwrap();
    assert!(root.matches(&process(0)).is_admitted());
    assert!(ResolvedOwner::resolve("0").unwrap().matches(&process(0)).is_admitted());
    assert_eq!(
        root.matches(&process(4_000_000_123)).reason().unwrap(),
        "the other end is run by uid 4000000123, and not by `root` as `owner` demands"
    );
}

#[test]
fn an_owner_that_does_not_exist_is_found_before_anything_is_dialled() {
    let error = ResolvedOwner::resolve("no-such-user-here").unwrap_err();
    assert_eq!(error.to_string(), "there is no user `no-such-user-here` on this system");
}

#[test]
fn a_windows_owner_is_compared_by_sid_and_by_name() {
    let alice = Account::Windows { sid: "S-1-5-21-1".into(), name: Some("CORP\\alice".into()) };
    let owner = |written: &str| ResolvedOwner { uid: None, written: written.into() };
    assert!(owner("corp\\Alice").matches(&alice).is_admitted());
    assert!(owner("s-1-5-21-1").matches(&alice).is_admitted());
    assert!(!owner("CORP\\bob").matches(&alice).is_admitted());
}

#![allow(clippy::unwrap_used)]

use super::*;
use rstest::rstest;

const ALICE: &str = "S-1-5-21-1";
const BOB: &str = "S-1-5-21-2";

fn windows(sid: &str, groups: &[&str]) -> Account {
    let groups = groups.iter().map(ToString::to_string).collect();
    Account::Windows { sid: sid.into(), name: Some("CORP\\alice".into()), groups }
}

fn owner(written: &str) -> ResolvedOwner {
    ResolvedOwner::resolve_sid(written, |name| {
        let sid = match name {
            "CORP\\alice" => ALICE,
            "SYSTEM" => SYSTEM,
            _ => return Ok(None),
        };
        Ok(Some((sid.parse().unwrap(), AccountKind::User)))
    })
    .unwrap()
}

#[cfg(unix)]
mod by_number {
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
    fn an_owner_with_a_number_owns_nothing_that_has_sids() {
        let root = ResolvedOwner::resolve("root").unwrap();
        assert!(!root.matches(&windows(SYSTEM, &[])).is_admitted());
        assert!(!root.matches_pipe(None, None).is_admitted());
        assert!(!owner(SYSTEM).matches(&process(0)).is_admitted());
    }
}

#[test]
fn an_owner_that_does_not_exist_is_found_before_anything_is_dialled() {
    let error = ResolvedOwner::resolve("no-such-user-here").unwrap_err();
    assert_eq!(error.to_string(), "there is no user `no-such-user-here` on this system");
}

#[test]
fn a_windows_owner_is_compared_by_its_sid_whatever_it_is_called() {
    let alice = windows(ALICE, &[BOB]);
    assert!(owner("CORP\\alice").matches(&alice).is_admitted());
    assert!(owner("s-1-5-21-1").matches(&alice).is_admitted());
    assert!(!owner(BOB).matches(&alice).is_admitted());
    assert_eq!(
        owner("CORP\\alice").matches(&windows(BOB, &[])).reason().unwrap(),
        "the other end is run by CORP\\alice (S-1-5-21-2), and not by `CORP\\alice` as `owner` demands"
    );
}

#[rstest]
#[case::owns_the_object("CORP\\alice", Some(ALICE), None, true)]
#[case::owns_the_object_and_serves_it("CORP\\alice", Some(ALICE), Some(ALICE), true)]
#[case::somebody_elses("CORP\\alice", Some(BOB), Some(BOB), false)]
#[case::elevated("CORP\\alice", Some(ADMINISTRATORS), Some(ALICE), true)]
#[case::another_administrator("CORP\\alice", Some(ADMINISTRATORS), Some(BOB), false)]
#[case::nobody_can_tell_which("CORP\\alice", Some(ADMINISTRATORS), None, false)]
#[case::system("SYSTEM", Some(ADMINISTRATORS), Some(SYSTEM), true)]
#[case::any_administrator("S-1-5-32-544", Some(ADMINISTRATORS), None, true)]
#[case::a_number_used_again("SYSTEM", Some(BOB), Some(SYSTEM), false)]
#[case::no_owner("SYSTEM", None, Some(SYSTEM), true)]
#[case::nothing_known("SYSTEM", None, None, false)]
fn a_pipe_is_judged_by_its_object_and_its_process(
    #[case] written: &str,
    #[case] object: Option<&str>,
    #[case] process: Option<&str>,
    #[case] met: bool,
) {
    assert_eq!(owner(written).matches_pipe(object, process).is_admitted(), met);
}

#[test]
fn a_refusal_says_whose_pipe_it_is() {
    let verdict = owner("SYSTEM").matches_pipe(Some(BOB), None);
    assert_eq!(
        verdict.reason().unwrap(),
        "the other end is run by an unknown account (the pipe belongs to S-1-5-21-2), and not by `SYSTEM` as `owner` demands"
    );
}

#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::LocalRule;
use rstest::rstest;

const OWN: u32 = 900;

fn process(uid: u32, gid: u32, groups: &[u32]) -> Account {
    Account::Unix { uid, gid, groups: groups.into() }
}

fn rules(rules: &[LocalRule]) -> ResolvedLocalRules {
    ResolvedLocalRules::resolve_as(&LocalRules::Rules(rules.to_vec()), OWN).unwrap()
}

fn rule(user: Option<&str>, group: Option<&str>) -> LocalRule {
    LocalRule { user: user.map(Into::into), group: group.map(Into::into), sid: None }
}

#[rstest]
#[case::own(OWN, true)]
#[case::root(0, true)]
#[case::somebody(1000, false)]
fn by_default_our_own_account_and_root_come_in(#[case] uid: u32, #[case] admitted: bool) {
    let rules = ResolvedLocalRules::resolve_as(&LocalRules::Default, OWN).unwrap();
    assert_eq!(rules.admits(&process(uid, 1000, &[OWN, 0])).is_admitted(), admitted);
}

#[test]
fn our_own_account_and_root_come_in_whatever_the_rules() {
    let rules = rules(&[rule(Some("1000"), None)]);
    assert!(rules.admits(&process(OWN, 5, &[])).is_admitted());
    assert!(rules.admits(&process(0, 5, &[])).is_admitted());
}

#[rstest]
#[case::user(rule(Some("1000"), None), true)]
#[case::other_user(rule(Some("1001"), None), false)]
#[case::primary_group(rule(None, Some("100")), true)]
#[case::supplementary_group(rule(None, Some("27")), true)]
#[case::other_group(rule(None, Some("28")), false)]
#[case::both(rule(Some("1000"), Some("27")), true)]
#[case::user_without_group(rule(Some("1000"), Some("28")), false)]
#[case::group_without_user(rule(Some("1001"), Some("27")), false)]
#[case::empty(rule(None, None), false)]
fn a_rule_matches_when_all_its_keys_do(#[case] rule: LocalRule, #[case] admitted: bool) {
    assert_eq!(rules(&[rule]).admits(&process(1000, 100, &[4, 27])).is_admitted(), admitted);
}

#[test]
fn one_rule_is_enough() {
    let rules = rules(&[rule(Some("5"), None), rule(Some("1000"), None)]);
    assert!(rules.admits(&process(1000, 100, &[])).is_admitted());
}

#[test]
fn a_rule_with_a_sid_admits_no_unix_account() {
    let rule = LocalRule { user: Some("1000".into()), group: None, sid: Some("S-1-5-18".into()) };
    assert!(!rules(&[rule]).admits(&process(1000, 100, &[])).is_admitted());
}

#[test]
#[cfg(unix)]
fn names_are_looked_up_when_the_rules_are_resolved() {
    let rules = rules(&[rule(Some("nobody"), None)]);
    let nobody = accounts::user_id("nobody").unwrap().unwrap();
    assert!(rules.admits(&process(nobody, 1, &[])).is_admitted());
}

#[rstest]
#[case(
    rule(Some("no-such-user-here"), None),
    "there is no user `no-such-user-here` on this system"
)]
#[case(rule(None, Some("no-such-group")), "there is no group `no-such-group` on this system")]
#[case(rule(Some("99999999999"), None), "there is no user `99999999999` on this system")]
#[case(rule(Some(""), None), "there is no user `` on this system")]
fn a_name_that_nobody_bears_is_an_error(#[case] rule: LocalRule, #[case] sentence: &str) {
    let rules = LocalRules::Rules(vec![rule]);
    let error = ResolvedLocalRules::resolve_as(&rules, OWN).unwrap_err();
    assert_eq!(error.to_string(), sentence);
}

#[test]
#[cfg(unix)]
fn a_refusal_gives_the_account_by_number_and_asks_nobody_for_its_name() {
    let nobody = accounts::user_id("nobody").unwrap().unwrap();
    let verdict = rules(&[rule(Some("1"), None)]).admits(&process(nobody, 1, &[]));
    let wanted = format!("uid {nobody}: the one rule does not match");
    assert_eq!(verdict, Verdict::Refused(wanted));
}

#[test]
fn a_windows_account_does_not_come_in_by_numbers() {
    let system = Account::Windows { sid: SYSTEM.into(), name: None, groups: Box::default() };
    assert!(!rules(&[rule(Some("0"), None)]).admits(&system).is_admitted());
}

#![allow(clippy::unwrap_used)]

use super::*;
use crate::access::{ResolvedLocalRules, Verdict};
use rstest::rstest;

const OWN: &str = "S-1-5-80-9";
const ALICE: &str = "S-1-5-21-1-1001";
const CLIENTS: &str = "S-1-5-21-1-2001";
const SERVICE: &str = "S-1-5-80-7";

/// Who there is, in place of the system.
fn look_up(name: &str) -> io::Result<Option<(Sid, AccountKind)>> {
    let (sid, kind) = match name {
        "CORP\\alice" => (ALICE, AccountKind::User),
        "clients" => (CLIENTS, AccountKind::Group),
        "NT SERVICE\\app" => (SERVICE, AccountKind::Either),
        "CORP" => ("S-1-5-21-1", AccountKind::Neither),
        "CREATOR OWNER" => ("S-1-3-0", AccountKind::Either),
        "away" => return Err(io::ErrorKind::TimedOut.into()),
        _ => return Ok(None),
    };
    Ok(Some((sid.parse().unwrap(), kind)))
}

fn try_rules(rules: &[LocalRule]) -> Result<ResolvedLocalRules, UnknownName> {
    let own = OWN.parse().unwrap();
    ResolvedLocalRules::resolve_sids(&LocalRules::Rules(rules.to_vec()), &own, look_up)
}

fn rules(rules: &[LocalRule]) -> ResolvedLocalRules {
    try_rules(rules).unwrap()
}

fn rule(user: Option<&str>, group: Option<&str>, sid: Option<&str>) -> LocalRule {
    LocalRule { user: user.map(Into::into), group: group.map(Into::into), sid: sid.map(Into::into) }
}

fn user(name: &str) -> LocalRule {
    rule(Some(name), None, None)
}

fn group(name: &str) -> LocalRule {
    rule(None, Some(name), None)
}

fn sid(sid: &str) -> LocalRule {
    rule(None, None, Some(sid))
}

fn token(user: &str, groups: &[&str]) -> Account {
    let groups = groups.iter().map(ToString::to_string).collect();
    Account::Windows { sid: user.into(), name: None, groups }
}

#[rstest]
#[case::own(token(OWN, &[]), true)]
#[case::system(token(SYSTEM, &[]), true)]
#[case::administrator(token("S-1-5-21-1-5", &["S-1-1-0", ADMINISTRATORS]), true)]
#[case::somebody(token(ALICE, &["S-1-1-0", CLIENTS]), false)]
#[case::own_among_groups(token(ALICE, &[OWN, SYSTEM]), false)]
fn our_own_account_system_and_administrators_always_come_in(
    #[case] account: Account,
    #[case] admitted: bool,
) {
    let own = OWN.parse().unwrap();
    let default = ResolvedLocalRules::resolve_sids(&LocalRules::Default, &own, look_up).unwrap();
    assert_eq!(default.admits(&account).is_admitted(), admitted);
    let other = rules(&[user("NT SERVICE\\app")]);
    assert_eq!(other.admits(&account).is_admitted(), admitted);
}

#[rstest]
#[case::user(user("CORP\\alice"), true)]
#[case::user_by_sid(user(ALICE), true)]
#[case::other_user(user("NT SERVICE\\app"), false)]
#[case::group(group("clients"), true)]
#[case::group_by_sid(group(CLIENTS), true)]
#[case::other_group(group("S-1-5-21-1-2002"), false)]
#[case::sid_of_the_user(sid(ALICE), true)]
#[case::sid_of_a_group(sid(CLIENTS), true)]
#[case::other_sid(sid("S-1-5-21-1-2002"), false)]
#[case::user_and_group(rule(Some("CORP\\alice"), Some("clients"), None), true)]
#[case::user_without_the_group(rule(Some("CORP\\alice"), Some("S-1-5-11"), None), false)]
#[case::group_without_the_user(rule(Some("NT SERVICE\\app"), Some("clients"), None), false)]
#[case::all_three(rule(Some("CORP\\alice"), Some("clients"), Some(ALICE)), true)]
#[case::two_of_three(rule(Some("CORP\\alice"), Some("clients"), Some(SERVICE)), false)]
#[case::nothing(LocalRule::default(), false)]
fn a_rule_matches_when_all_its_keys_do(#[case] rule: LocalRule, #[case] admitted: bool) {
    let account = token(ALICE, &["S-1-1-0", CLIENTS]);
    assert_eq!(rules(&[rule]).admits(&account).is_admitted(), admitted);
}

#[test]
fn a_user_is_no_group_of_a_token_and_a_group_is_not_its_user() {
    assert!(!rules(&[user("CORP\\alice")]).admits(&token("S-1-5-21-9", &[ALICE])).is_admitted());
    assert!(!rules(&[group("clients")]).admits(&token(CLIENTS, &[])).is_admitted());
}

#[test]
fn a_service_may_be_the_user_of_its_token_or_a_group_in_it() {
    for rule in [user("NT SERVICE\\app"), group("NT SERVICE\\app"), sid(SERVICE)] {
        let rules = rules(&[rule]);
        assert!(rules.admits(&token(SERVICE, &[])).is_admitted());
        assert!(rules.admits(&token("S-1-5-20", &[SERVICE])).is_admitted());
    }
}

#[test]
fn one_rule_is_enough() {
    let rules = rules(&[user("NT SERVICE\\app"), group("clients")]);
    assert!(rules.admits(&token(ALICE, &[CLIENTS])).is_admitted());
}

#[test]
fn a_unix_account_does_not_come_in_by_sids() {
    let root = Account::Unix { uid: 0, gid: 0, groups: Box::default() };
    assert!(!rules(&[]).admits(&root).is_admitted());
}

#[rstest]
#[case(user("CORP\\bob"), "there is no user `CORP\\bob` on this system")]
#[case(user("1000"), "there is no user `1000` on this system")]
#[case(user(""), "there is no user `` on this system")]
#[case(group("no-such"), "there is no group `no-such` on this system")]
#[case(user("clients"), "`clients` is a group and no user: write `group`")]
#[case(group("CORP\\alice"), "`CORP\\alice` is a user and no group: write `user`")]
#[case(group("CORP"), "`CORP` is no account that a client could have")]
#[case(user("CREATOR OWNER"), "`CREATOR OWNER` is no account that a client could have")]
#[case(sid("S-1-3-4"), "`S-1-3-4` is no account that a client could have")]
#[case(sid("S-1-16-12288"), "`S-1-16-12288` is no account that a client could have")]
#[case(user("away"), "`away` could not be looked up")]
fn a_name_that_cannot_be_met_is_an_error(#[case] rule: LocalRule, #[case] sentence: &str) {
    assert_eq!(try_rules(&[rule]).unwrap_err().to_string(), sentence);
}

#[test]
fn a_refusal_says_who_it_was_and_why() {
    let refused = |rules: &[LocalRule]| {
        let account = token("S-1-5-21-9", &[]);
        self::rules(rules).admits(&account).reason().unwrap().to_owned()
    };
    let nobody = "S-1-5-21-9: only our own account, SYSTEM and Administrators may come in";
    assert_eq!(refused(&[]), nobody);
    assert_eq!(refused(&[user("CORP\\alice")]), "S-1-5-21-9: the one rule does not match");
    let both = [user("CORP\\alice"), group("clients")];
    assert_eq!(refused(&both), "S-1-5-21-9: none of the 2 rules matches");
}

#[rstest]
#[case::default(&[], true)]
#[case::one_thing_each(&[user("CORP\\alice"), group("clients"), sid("S-1-1-0")], true)]
#[case::two_at_once(&[group("clients"), rule(Some("CORP\\alice"), Some("clients"), None)], false)]
#[case::sid_and_group(&[rule(None, Some("clients"), Some(ALICE))], false)]
fn an_unknown_account_comes_in_only_if_the_dacl_says_all(
    #[case] list: &[LocalRule],
    #[case] all: bool,
) {
    let rules = rules(list);
    assert_eq!(rules.says_all_in_dacl(), all);
    assert_eq!(rules.admits(&Account::Unknown).is_admitted(), all);
}

/// By a process's number: the number may be another process's by now, so it
/// lets nobody in whom the DACL has not, and keeps nobody out.
#[rstest]
#[case::our_own(OWN)]
#[case::system(SYSTEM)]
#[case::who_meets_the_rule(ALICE)]
#[case::somebody("S-1-5-21-9")]
fn an_account_that_is_only_supposed_counts_as_unknown(#[case] sid_of_it: &str) {
    let supposed = Account::Supposed { sid: sid_of_it.into(), name: Some("CORP\\x".into()) };
    let two_things = rules(&[rule(Some("CORP\\alice"), None, Some(ALICE))]);
    assert!(!two_things.says_all_in_dacl());
    assert_eq!(two_things.admits(&supposed), two_things.admits(&Account::Unknown));
    assert!(!two_things.admits(&supposed).is_admitted());
    let one_thing = rules(&[user("CORP\\alice")]);
    assert!(one_thing.admits(&supposed).is_admitted(), "the DACL has let it in");
}

#[test]
fn without_sids_an_unknown_account_never_comes_in() {
    let rules = ResolvedLocalRules::resolve_as(&LocalRules::Default, 0).unwrap();
    assert!(!rules.says_all_in_dacl());
    let verdict = Verdict::Refused("nobody can tell which account this client has".into());
    assert_eq!(rules.admits(&Account::Unknown), verdict);
    let supposed = Account::Supposed { sid: SYSTEM.into(), name: None };
    assert_eq!(rules.admits(&supposed), verdict);
    assert_eq!(rules.pipe_sddl(false), None);
}

#[test]
fn the_dacl_lets_in_one_of_each_rule_and_those_who_always_come_in() {
    let list = [rule(Some("CORP\\alice"), Some("clients"), None), sid("S-1-5-11"), user(OWN)];
    let sddl = rules(&list).pipe_sddl(true).unwrap();
    assert_eq!(
        sddl,
        "D:P(A;;FA;;;S-1-5-80-9)(A;;FA;;;SY)(A;;FA;;;BA)(A;;0x12019b;;;S-1-5-21-1-1001)(A;;0x12019b;;;S-1-5-11)"
    );
    let local = rules(&list).pipe_sddl(false).unwrap();
    assert!(local.starts_with("D:P(D;;GA;;;NU)(A;;FA;;;S-1-5-80-9)"), "{local}");
}

#[cfg(windows)]
mod on_windows {
    use super::*;
    use crate::sys::windows::{sid, token};

    fn resolve(rule: LocalRule) -> Result<ResolvedLocalRules, UnknownName> {
        ResolvedLocalRules::resolve(&LocalRules::Rules(vec![rule]))
    }

    #[test]
    fn the_system_is_asked_for_names() {
        let sddl = resolve(group("BUILTIN\\Users")).unwrap().pipe_sddl(true).unwrap();
        assert!(sddl.ends_with("(A;;0x12019b;;;S-1-5-32-545)"), "{sddl}");
        let error = resolve(user("BUILTIN\\Users")).unwrap_err();
        assert!(matches!(error, UnknownName::NotAUser(_)), "{error}");
        let own = sid::name_of(&token::own().unwrap().user).unwrap().unwrap();
        let error = resolve(group(&own)).unwrap_err();
        assert!(matches!(error, UnknownName::NotAGroup(_)), "{error}");
    }

    #[test]
    fn our_own_token_comes_in() {
        let own = token::own().unwrap();
        let account =
            Account::Windows { sid: own.user.to_string(), name: None, groups: own.groups };
        let default = ResolvedLocalRules::resolve(&LocalRules::Default).unwrap();
        assert!(default.admits(&account).is_admitted());
        let sddl = default.pipe_sddl(true).unwrap();
        assert!(sddl.starts_with(&format!("D:P(A;;FA;;;{})", own.user)), "{sddl}");
    }
}

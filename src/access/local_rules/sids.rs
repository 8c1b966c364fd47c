//! Rules where accounts have SIDs: Windows.
//!
//! A token bears a SID as its user or among its groups. A verdict looks at the
//! place that the rule means; the pipe's DACL, made from the same SIDs, looks
//! at both, and the system asks it before we are asked.

use std::io;

use super::UnknownName;
use crate::access::peer::Account;
use crate::config::{LocalRule, LocalRules};
use crate::sys::sid::{AccountKind, Sid};

/// LocalSystem.
pub(in crate::access) const SYSTEM: &str = "S-1-5-18";
/// BUILTIN\Administrators.
pub(in crate::access) const ADMINISTRATORS: &str = "S-1-5-32-544";

/// What stands in for somebody else or for no account at all: creator and
/// owner (as an ACE, OWNER RIGHTS takes rights away), and integrity labels.
const PLACEHOLDERS: [&str; 2] = ["S-1-3-", "S-1-16-"];

/// Asks for the account of a name.
type LookUp<'a> = dyn Fn(&str) -> io::Result<Option<(Sid, AccountKind)>> + 'a;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SidRules {
    own: String,
    rules: Vec<SidRule>,
}

/// At least one, and all must be met.
#[derive(Debug, Clone, PartialEq, Eq)]
struct SidRule(Vec<Wanted>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Wanted {
    sid: String,
    /// Where a token may bear it; never [`AccountKind::Neither`].
    kind: AccountKind,
}

impl SidRules {
    pub fn resolve(
        rules: &LocalRules,
        own: &Sid,
        look_up: &LookUp<'_>,
    ) -> Result<Self, UnknownName> {
        let rules = match rules {
            LocalRules::Default => &[][..],
            LocalRules::Rules(rules) => rules,
        };
        let rules = rules.iter().map(|rule| SidRule::resolve(rule, look_up));
        Ok(Self { own: own.to_string(), rules: rules.collect::<Result<_, _>>()? })
    }

    pub fn admit(&self, account: &Account) -> bool {
        let Account::Windows { sid, groups, .. } = account else { return false };
        let always =
            *sid == self.own || sid == SYSTEM || groups.iter().any(|group| group == ADMINISTRATORS);
        always || self.rules.iter().any(|rule| rule.is_met(sid, groups))
    }

    pub fn len(&self) -> usize {
        self.rules.len()
    }

    pub fn own(&self) -> &str {
        &self.own
    }

    pub fn all_ask_for_one_thing(&self) -> bool {
        self.rules.iter().all(|rule| rule.0.len() == 1)
    }

    /// The SID of each rule that the DACL shall let in: of several the first,
    /// which lets in all that meet the rule, and more.
    pub fn trustees(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().filter_map(|rule| rule.0.first()).map(|wanted| &*wanted.sid)
    }
}

impl SidRule {
    fn resolve(rule: &LocalRule, look_up: &LookUp<'_>) -> Result<Self, UnknownName> {
        let user = rule.user.as_deref().map(|name| Wanted::user(name, look_up));
        let group = rule.group.as_deref().map(|name| Wanted::group(name, look_up));
        let sid = rule.sid.as_deref().map(|sid| account_sid(sid, look_up).map(Wanted::from));
        [user, group, sid].into_iter().flatten().collect::<Result<_, _>>().map(Self)
    }

    fn is_met(&self, user: &str, groups: &[String]) -> bool {
        !self.0.is_empty() && self.0.iter().all(|wanted| wanted.is_borne(user, groups))
    }
}

impl Wanted {
    fn user(name: &str, look_up: &LookUp<'_>) -> Result<Self, UnknownName> {
        match account_sid(name, look_up)? {
            (_, AccountKind::Group) => Err(UnknownName::NotAUser(name.to_owned())),
            account => Ok(account.into()),
        }
    }

    fn group(name: &str, look_up: &LookUp<'_>) -> Result<Self, UnknownName> {
        match account_sid(name, look_up) {
            Ok((_, AccountKind::User)) => Err(UnknownName::NotAGroup(name.to_owned())),
            Ok(account) => Ok(account.into()),
            Err(UnknownName::User(name)) => Err(UnknownName::Group(name)),
            Err(error) => Err(error),
        }
    }

    fn is_borne(&self, user: &str, groups: &[String]) -> bool {
        let as_user = self.kind != AccountKind::Group && user == self.sid;
        let as_group = self.kind != AccountKind::User && groups.contains(&self.sid);
        as_user || as_group
    }
}

impl From<(String, AccountKind)> for Wanted {
    fn from((sid, kind): (String, AccountKind)) -> Self {
        Self { sid, kind }
    }
}

/// The account that is written as a name or as a SID. Of a SID nobody asks
/// what sort it is: it may stand in either place.
///
/// # Errors
/// When the system knows no such account ([`UnknownName::User`]), when no
/// client could have it, or when the system cannot say.
pub(in crate::access) fn account_sid(
    written: &str,
    look_up: &LookUp<'_>,
) -> Result<(String, AccountKind), UnknownName> {
    let named = match written.parse::<Sid>() {
        Ok(sid) => Ok(Some((sid, AccountKind::Either))),
        Err(_) => look_up(written),
    };
    let (sid, kind) = match named {
        Ok(Some((sid, kind))) => (sid.to_string(), kind),
        Ok(None) => return Err(UnknownName::User(written.to_owned())),
        Err(source) => return Err(UnknownName::Lookup { name: written.to_owned(), source }),
    };
    let placeholder = PLACEHOLDERS.iter().any(|start| sid.starts_with(start));
    if placeholder || kind == AccountKind::Neither {
        return Err(UnknownName::NoAccount(written.to_owned()));
    }
    Ok((sid, kind))
}

#[cfg(test)]
mod tests;

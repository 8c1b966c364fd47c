//! Rules where accounts have numbers: Unix.

use super::UnknownName;
use crate::access::peer::Account;
use crate::config::{LocalRule, LocalRules};
use crate::sys::accounts;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NumberRules {
    own_uid: u32,
    rules: Vec<NumberRule>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct NumberRule {
    uid: Option<u32>,
    gid: Option<u32>,
    /// A SID cannot be met here, so such a rule never is.
    asks_for_sid: bool,
}

impl NumberRules {
    pub fn resolve(rules: &LocalRules, own_uid: u32) -> Result<Self, UnknownName> {
        let rules = match rules {
            LocalRules::Default => Vec::new(),
            LocalRules::Rules(rules) => {
                rules.iter().map(NumberRule::resolve).collect::<Result<_, _>>()?
            }
        };
        Ok(Self { own_uid, rules })
    }

    pub fn admit(&self, account: &Account) -> bool {
        let Account::Unix { uid, gid, groups } = account else { return false };
        let always = *uid == 0 || *uid == self.own_uid;
        always || self.rules.iter().any(|rule| rule.is_met(*uid, *gid, groups))
    }

    pub fn len(&self) -> usize {
        self.rules.len()
    }
}

impl NumberRule {
    fn resolve(rule: &LocalRule) -> Result<Self, UnknownName> {
        Ok(Self {
            uid: rule.user.as_deref().map(user_number).transpose()?,
            gid: rule.group.as_deref().map(group_number).transpose()?,
            asks_for_sid: rule.sid.is_some(),
        })
    }

    fn is_met(&self, uid: u32, gid: u32, groups: &[u32]) -> bool {
        let user = self.uid.is_none_or(|wanted| wanted == uid);
        let group = self.gid.is_none_or(|wanted| wanted == gid || groups.contains(&wanted));
        let any = self.uid.is_some() || self.gid.is_some();
        any && user && group && !self.asks_for_sid
    }
}

/// The number of a user that is written as a name or as a number. Digits are a
/// number, even where some user bears them as a name.
///
/// # Errors
/// When the system knows no such user, or cannot say.
pub fn user_number(written: &str) -> Result<u32, UnknownName> {
    number(written, accounts::user_id, UnknownName::User)
}

/// The number of a group, as [`user_number`].
///
/// # Errors
/// When the system knows no such group, or cannot say.
pub fn group_number(written: &str) -> Result<u32, UnknownName> {
    number(written, accounts::group_id, UnknownName::Group)
}

fn number(
    written: &str,
    look_up: fn(&str) -> std::io::Result<Option<u32>>,
    unknown: fn(String) -> UnknownName,
) -> Result<u32, UnknownName> {
    if !written.is_empty() && written.bytes().all(|b| b.is_ascii_digit()) {
        return written.parse().map_err(|_| unknown(written.to_owned()));
    }
    match look_up(written) {
        Ok(Some(id)) => Ok(id),
        Ok(None) => Err(unknown(written.to_owned())),
        Err(source) => Err(UnknownName::Lookup { name: written.to_owned(), source }),
    }
}

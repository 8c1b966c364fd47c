//! Local rules against the account of a process of this machine.
//!
//! Names of users and groups are looked up once, when the rules are resolved:
//! a verdict is arithmetic, and a name that nobody bears is found at startup
//! and not at the first client.

use super::peer::Account;
use super::verdict::Verdict;
use crate::config::{LocalRule, LocalRules};
use crate::sys::accounts;

/// A user or a group that a rule names and the system does not know.
#[derive(Debug, thiserror::Error)]
pub enum UnknownName {
    /// No such user.
    #[error("there is no user `{0}` on this system")]
    User(String),
    /// No such group.
    #[error("there is no group `{0}` on this system")]
    Group(String),
    /// The look-up itself failed.
    #[error("`{name}` could not be looked up")]
    Lookup {
        /// What was looked up.
        name: String,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
}

/// Rules whose names are numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedLocalRules {
    own_uid: u32,
    rules: Vec<ResolvedRule>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct ResolvedRule {
    uid: Option<u32>,
    gid: Option<u32>,
    /// What the rule says as written: on Windows accounts are compared by it.
    written: LocalRule,
}

impl ResolvedLocalRules {
    /// Looks up every name; our own account is the effective one.
    ///
    /// # Errors
    /// The first name that the system does not know.
    pub fn resolve(rules: &LocalRules) -> Result<Self, UnknownName> {
        Self::resolve_as(rules, accounts::effective_uid())
    }

    /// As [`Self::resolve`], with `own_uid` as our own account.
    ///
    /// # Errors
    /// The first name that the system does not know.
    pub fn resolve_as(rules: &LocalRules, own_uid: u32) -> Result<Self, UnknownName> {
        let rules = match rules {
            LocalRules::Default => Vec::new(),
            LocalRules::Rules(rules) => {
                rules.iter().map(ResolvedRule::resolve).collect::<Result<_, _>>()?
            }
        };
        Ok(Self { own_uid, rules })
    }

    /// Whether this account may come in. Our own account and root always may.
    pub fn admits(&self, account: &Account) -> Verdict {
        if self.is_always_admitted(account) || self.rules.iter().any(|rule| rule.meets(account)) {
            return Verdict::Admitted;
        }
        let which = match self.rules.len() {
            0 => "only our own account and root may come in".to_owned(),
            1 => "the one rule does not match".to_owned(),
            n => format!("none of the {n} rules matches"),
        };
        Verdict::Refused(format!("{}: {which}", describe_account(account)))
    }

    fn is_always_admitted(&self, account: &Account) -> bool {
        match account {
            Account::Unix { uid, .. } => *uid == 0 || *uid == self.own_uid,
            Account::Windows { sid, .. } => is_system_sid(sid),
        }
    }
}

impl ResolvedRule {
    fn resolve(rule: &LocalRule) -> Result<Self, UnknownName> {
        // Windows has no such numbers: there names are compared as written.
        let (user, group) = if cfg!(windows) {
            (None, None)
        } else {
            (rule.user.as_deref(), rule.group.as_deref())
        };
        Ok(Self {
            uid: user.map(user_number).transpose()?,
            gid: group.map(group_number).transpose()?,
            written: rule.clone(),
        })
    }

    fn meets(&self, account: &Account) -> bool {
        match account {
            // A SID cannot be met outside Windows, so such a rule never is.
            Account::Unix { uid, gid, groups } => {
                let user = self.uid.is_none_or(|wanted| wanted == *uid);
                let group =
                    self.gid.is_none_or(|wanted| wanted == *gid || groups.contains(&wanted));
                let any = self.uid.is_some() || self.gid.is_some();
                any && user && group && self.written.sid.is_none()
            }
            // Groups of a token are not known here, so such a rule never is met.
            Account::Windows { sid, name } => {
                let by_sid = same_or_unset(self.written.sid.as_deref(), Some(sid));
                let by_name = same_or_unset(self.written.user.as_deref(), name.as_deref());
                let any = self.written.sid.is_some() || self.written.user.is_some();
                any && by_sid && by_name && self.written.group.is_none()
            }
        }
    }
}

pub(super) fn same_or_unset(wanted: Option<&str>, shown: Option<&str>) -> bool {
    wanted.is_none_or(|wanted| shown.is_some_and(|shown| shown.eq_ignore_ascii_case(wanted)))
}

/// LocalSystem and the Administrators group.
fn is_system_sid(sid: &str) -> bool {
    matches!(sid, "S-1-5-18" | "S-1-5-32-544")
}

/// An account for the log: `uid 1000`. The name stays out of it: looking it up
/// may take a directory service long, and any client could make us ask.
pub fn describe_account(account: &Account) -> String {
    match account {
        Account::Unix { uid, .. } => format!("uid {uid}"),
        Account::Windows { sid, name: Some(name) } => format!("{name} ({sid})"),
        Account::Windows { sid, name: None } => sid.clone(),
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

#[cfg(test)]
mod tests;

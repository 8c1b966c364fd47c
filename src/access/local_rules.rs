//! Local rules against the account of a process of this machine.
//!
//! Names of users and groups are looked up once, when the rules are resolved:
//! a verdict is arithmetic, and a name that nobody bears is found at startup
//! and not at the first client. Unix accounts are judged by number
//! ([`numbers`]), Windows accounts by SID ([`sids`]).

mod numbers;
mod sids;

use numbers::NumberRules;
pub use numbers::{group_number, user_number};
use sids::SidRules;
pub(super) use sids::{ADMINISTRATORS, SYSTEM, account_sid};

use super::peer::Account;
use super::pipe_acl;
use super::verdict::Verdict;
use crate::config::LocalRules;
use crate::sys::accounts;
use crate::sys::sid::{AccountKind, Sid};

/// A user or a group that a rule names and that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum UnknownName {
    /// No such user.
    #[error("there is no user `{0}` on this system")]
    User(String),
    /// No such group.
    #[error("there is no group `{0}` on this system")]
    Group(String),
    /// A group where a user was wanted.
    #[error("`{0}` is a group and no user: write `group`")]
    NotAUser(String),
    /// A user where a group was wanted.
    #[error("`{0}` is a user and no group: write `user`")]
    NotAGroup(String),
    /// Neither a user nor a group: a domain, a label, a placeholder.
    #[error("`{0}` is no account that a client could have")]
    NoAccount(String),
    /// The look-up itself failed.
    #[error("`{name}` could not be looked up")]
    Lookup {
        /// What was looked up.
        name: String,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
    /// Windows: our own account, which always comes in.
    #[error("our own account could not be read from the system")]
    Own(#[source] std::io::Error),
}

/// Rules whose names are numbers or SIDs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedLocalRules(Resolved);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Resolved {
    Numbers(NumberRules),
    Sids(SidRules),
}

impl ResolvedLocalRules {
    /// Looks up every name; our own account is the one that this process acts
    /// under. Blocks while the system asks for names.
    ///
    /// # Errors
    /// The first name that the system does not know.
    pub fn resolve(rules: &LocalRules) -> Result<Self, UnknownName> {
        if cfg!(windows) {
            let own = accounts::own_sid().map_err(UnknownName::Own)?;
            Self::resolve_sids(rules, &own, accounts::sid_of)
        } else {
            Self::resolve_as(rules, accounts::effective_uid())
        }
    }

    /// As [`Self::resolve`] on Unix, with `own_uid` as our own account.
    ///
    /// # Errors
    /// The first name that the system does not know.
    pub fn resolve_as(rules: &LocalRules, own_uid: u32) -> Result<Self, UnknownName> {
        NumberRules::resolve(rules, own_uid).map(|rules| Self(Resolved::Numbers(rules)))
    }

    /// As [`Self::resolve`] on Windows, with `own` as our own account and
    /// `look_up` to ask for names.
    ///
    /// # Errors
    /// The first name that `look_up` does not know.
    pub fn resolve_sids(
        rules: &LocalRules,
        own: &Sid,
        look_up: impl Fn(&str) -> std::io::Result<Option<(Sid, AccountKind)>>,
    ) -> Result<Self, UnknownName> {
        SidRules::resolve(rules, own, &look_up).map(|rules| Self(Resolved::Sids(rules)))
    }

    /// Whether this account may come in. Our own account always may, and root,
    /// or SYSTEM and Administrators.
    pub fn admits(&self, account: &Account) -> Verdict {
        if matches!(account, Account::Supposed { .. } | Account::Unknown) {
            return self.admits_unknown();
        }
        let admitted = match &self.0 {
            Resolved::Numbers(rules) => rules.admit(account),
            Resolved::Sids(rules) => rules.admit(account),
        };
        if admitted {
            return Verdict::Admitted;
        }
        Verdict::Refused(format!("{}: {}", describe_account(account), self.shortfall()))
    }

    /// Whether a client may come in whose account the system does not tell.
    /// A Windows pipe's client before it has written anything is one: it has
    /// passed the DACL, which is enough if the DACL says all that the rules
    /// say.
    fn admits_unknown(&self) -> Verdict {
        if self.says_all_in_dacl() {
            return Verdict::Admitted;
        }
        let reason = match &self.0 {
            Resolved::Numbers(_) => "nobody can tell which account this client has",
            Resolved::Sids(_) => {
                "nobody can tell yet which account this client has, and the pipe's DACL alone cannot say what the rules ask for"
            }
        };
        Verdict::Refused(reason.to_owned())
    }

    /// Whether the DACL of [`Self::pipe_sddl`] lets in exactly those that the
    /// rules do. It can ask for one account or one group at a time, so not
    /// where one rule asks for two.
    pub fn says_all_in_dacl(&self) -> bool {
        match &self.0 {
            Resolved::Numbers(_) => false,
            Resolved::Sids(rules) => rules.all_ask_for_one_thing(),
        }
    }

    /// The security descriptor of a pipe with these rules, in SDDL; with
    /// `remote`, network logons are not kept out. `None` where accounts have
    /// no SIDs.
    pub fn pipe_sddl(&self, remote: bool) -> Option<String> {
        match &self.0 {
            Resolved::Numbers(_) => None,
            Resolved::Sids(rules) => Some(pipe_acl::sddl(rules.own(), rules.trustees(), remote)),
        }
    }

    fn shortfall(&self) -> String {
        let (count, always) = match &self.0 {
            Resolved::Numbers(rules) => (rules.len(), "our own account and root"),
            Resolved::Sids(rules) => (rules.len(), "our own account, SYSTEM and Administrators"),
        };
        match count {
            0 => format!("only {always} may come in"),
            1 => "the one rule does not match".to_owned(),
            n => format!("none of the {n} rules matches"),
        }
    }
}

/// An account for the log: `uid 1000`. On Unix the name stays out of it:
/// looking it up may take a directory service long, and any client could make
/// us ask.
pub fn describe_account(account: &Account) -> String {
    match account {
        Account::Unix { uid, .. } => format!("uid {uid}"),
        Account::Windows { sid, name: Some(name), .. } => format!("{name} ({sid})"),
        Account::Windows { sid, name: None, .. } => sid.clone(),
        Account::Supposed { .. } | Account::Unknown => "an unknown account".to_owned(),
    }
}

#[cfg(test)]
mod tests;

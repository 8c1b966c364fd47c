//! Who must own the server's end of a socket or pipe that we dial.

use super::local_rules::{
    ADMINISTRATORS, SYSTEM, UnknownName, account_sid, describe_account, user_number,
};
use super::peer::Account;
use super::verdict::Verdict;
use crate::sys::accounts;
use crate::sys::sid::{AccountKind, Sid};

/// A user's name or number, or a SID; the name is looked up once, so that a
/// dial waits for no directory service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedOwner {
    id: Id,
    written: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Id {
    /// Where accounts have numbers.
    Uid(u32),
    /// On Windows.
    Sid(String),
}

impl ResolvedOwner {
    /// Looks the name up.
    ///
    /// # Errors
    /// When the system knows no such user, or cannot say.
    pub fn resolve(written: &str) -> Result<Self, UnknownName> {
        if cfg!(windows) {
            return Self::resolve_sid(written, accounts::sid_of);
        }
        Ok(Self { id: Id::Uid(user_number(written)?), written: written.to_owned() })
    }

    /// As [`Self::resolve`] on Windows, with `look_up` to ask for names. A
    /// group such as Administrators can own a pipe, too.
    ///
    /// # Errors
    /// When `look_up` knows no such account, or cannot say.
    pub fn resolve_sid(
        written: &str,
        look_up: impl Fn(&str) -> std::io::Result<Option<(Sid, AccountKind)>>,
    ) -> Result<Self, UnknownName> {
        let (sid, _) = account_sid(written, &look_up)?;
        Ok(Self { id: Id::Sid(sid), written: written.to_owned() })
    }

    /// Whether `account` is the owner.
    pub fn matches(&self, account: &Account) -> Verdict {
        let met = match (account, &self.id) {
            (Account::Unix { uid, .. }, Id::Uid(wanted)) => uid == wanted,
            (Account::Windows { sid, .. }, Id::Sid(wanted)) => sid == wanted,
            _ => false,
        };
        self.verdict(met, || describe_account(account))
    }

    /// Whether a Windows pipe is served by the owner. `object` owns the pipe
    /// object (`None`: it has no owner), `process` is the user of the process
    /// that serves it (`None`: nobody can tell).
    ///
    /// The pipes of SYSTEM and of elevated administrators belong to
    /// Administrators; which of them it is, only the process tells. Its word
    /// counts only there: by number another process may be found than the one
    /// that made the pipe, but nobody else can make a pipe that is theirs.
    pub fn matches_pipe(&self, object: Option<&str>, process: Option<&str>) -> Verdict {
        let Id::Sid(wanted) = &self.id else {
            return self.verdict(false, || "an account without a number".to_owned());
        };
        let shared = object.is_none_or(|owner| [SYSTEM, ADMINISTRATORS].contains(&owner));
        let met = object == Some(wanted) || (shared && process == Some(wanted));
        self.verdict(met, || {
            let object = object.unwrap_or("nobody");
            let hint = match process {
                None if shared => "; its process does not let us ask, so say `owner` of the pipe",
                _ => "",
            };
            let process = process.unwrap_or("an unknown account");
            format!("{process} (the pipe belongs to {object}{hint})")
        })
    }

    fn verdict(&self, met: bool, found: impl FnOnce() -> String) -> Verdict {
        if met {
            return Verdict::Admitted;
        }
        Verdict::Refused(format!(
            "the other end is run by {}, and not by `{}` as `owner` demands",
            found(),
            self.written
        ))
    }
}

#[cfg(test)]
mod tests;

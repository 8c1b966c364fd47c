//! Who must own the server's end of a socket that we dial.

use super::local_rules::{UnknownName, describe_account, same_or_unset, user_number};
use super::peer::Account;
use super::verdict::Verdict;

/// A user's name or number, or a SID; the name is looked up once, so that a
/// dial waits for no directory service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedOwner {
    /// Where accounts have numbers.
    uid: Option<u32>,
    written: String,
}

impl ResolvedOwner {
    /// Looks the name up.
    ///
    /// # Errors
    /// When the system knows no such user, or cannot say.
    pub fn resolve(written: &str) -> Result<Self, UnknownName> {
        let uid = if cfg!(windows) { None } else { Some(user_number(written)?) };
        Ok(Self { uid, written: written.to_owned() })
    }

    /// Whether `account` is the owner.
    pub fn matches(&self, account: &Account) -> Verdict {
        let expected = &*self.written;
        let met = match account {
            Account::Unix { uid, .. } => self.uid == Some(*uid),
            Account::Windows { sid, name } => {
                sid.eq_ignore_ascii_case(expected) || same_or_unset(Some(expected), name.as_deref())
            }
        };
        if met {
            return Verdict::Admitted;
        }
        Verdict::Refused(format!(
            "the other end is run by {}, and not by `{expected}` as `owner` demands",
            describe_account(account)
        ))
    }
}

#[cfg(test)]
mod tests;

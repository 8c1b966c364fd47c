//! Accounts by SID; numbers belong to nobody here.

use std::io;

use crate::sys::sid::{AccountKind, Sid};
use crate::sys::windows::{sid, token};

/// The user that this process runs as.
///
/// # Errors
/// When our own token cannot be read.
pub fn own_sid() -> io::Result<Sid> {
    token::own().map(|own| own.user).map_err(io::Error::other)
}

/// The account of this name; `None` where nobody bears it.
///
/// # Errors
/// When the account database or the domain cannot be asked.
pub fn sid_of(name: &str) -> io::Result<Option<(Sid, AccountKind)>> {
    sid::by_name(name)
}

/// No account is ours by number here: `(uid_t)-1`, which is nobody's.
pub fn effective_uid() -> u32 {
    u32::MAX
}

/// Never found.
///
/// # Errors
/// None.
pub fn user_id(_name: &str) -> io::Result<Option<u32>> {
    Ok(None)
}

/// Never found.
///
/// # Errors
/// None.
pub fn group_id(_name: &str) -> io::Result<Option<u32>> {
    Ok(None)
}

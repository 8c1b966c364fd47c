//! Users and groups of this machine, by name and by number or SID.
//!
//! Unix knows accounts by number, Windows by SID; each system answers the
//! other's questions with "nobody". Look-ups ask every source that the system
//! is set up with (getpwnam_r(3) and its kin, LookupAccountName), so they may
//! block on a directory service: for startup, never for a connection. Nothing
//! is kept between calls.

#[cfg(unix)]
mod posix;
#[cfg(unix)]
pub use posix::{effective_uid, group_id, own_sid, sid_of, user_id};

#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub use windows::{effective_uid, group_id, own_sid, sid_of, user_id};

#[cfg(test)]
mod tests;

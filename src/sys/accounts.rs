//! Users and groups of this machine, by name and by number.
//!
//! The reentrant calls of the C library (getpwnam_r(3) and its kin) ask every
//! source that nsswitch.conf names, so they may block on a directory service:
//! for startup, never for a connection. Nothing is kept between calls.

#![allow(unsafe_code)]

#[cfg(unix)]
mod posix;
#[cfg(unix)]
pub use posix::{effective_uid, group_id, user_id};

#[cfg(not(unix))]
mod none;
#[cfg(not(unix))]
pub use none::{effective_uid, group_id, user_id};

#[cfg(test)]
mod tests;

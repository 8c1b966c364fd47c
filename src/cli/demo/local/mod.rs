//! What the demo's pipes are on this system, and how a gateway is told to stop:
//! all that differs. Each system has the same names in its file.
//!
//! Nothing in here knows the story, or prints.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(super) use self::unix::*;
#[cfg(windows)]
pub(super) use self::windows::*;

//! Systems that have none of it.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use super::{Capability, Enforced, Grants, Reach};

/// Not here.
///
/// # Errors
/// Always.
pub fn forbid_new_privileges() -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Not here.
pub fn takes_no_new_privileges() -> bool {
    false
}

/// None.
pub fn capabilities() -> Vec<String> {
    Vec::new()
}

/// No.
pub fn has(_: Capability) -> bool {
    false
}

/// Not here.
///
/// # Errors
/// Always.
pub fn lower(_: &BTreeSet<Capability>) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Not here.
///
/// # Errors
/// Always.
pub fn keep(_: &BTreeSet<Capability>) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Not here.
///
/// # Errors
/// None.
pub fn restrict(_: &Grants) -> Result<Option<Enforced>, String> {
    Ok(None)
}

/// Nobody asks.
pub fn file_id(_: &Path) -> Option<(u64, u64)> {
    None
}

/// Nobody asks.
pub fn is_refused(_: &Path, _: Reach) -> bool {
    false
}

/// No port takes a capability.
pub fn first_free_port() -> u16 {
    0
}

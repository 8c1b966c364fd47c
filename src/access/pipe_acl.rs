//! The security descriptor of a pipe, in SDDL, from who may come in.
//!
//! Protected, so that nothing is inherited; network logons are denied first,
//! because entries are looked at in order. A gateway that itself runs in a
//! network logon (over SSH or WinRM) is denied, too: there only the pipe's
//! first instance can be made, unless network logons are let in.

use super::local_rules::{ADMINISTRATORS, SYSTEM};

/// FILE_ALL_ACCESS, FILE_CREATE_PIPE_INSTANCE among it: the gateway makes
/// further instances, and those who may do so anyhow are not kept from it.
const FULL: &str = "FA";

/// FILE_GENERIC_READ and FILE_GENERIC_WRITE (0x12019f) without
/// FILE_CREATE_PIPE_INSTANCE (4), with which a client could serve the pipe's
/// name itself. Never GW or GA: those hold it.
/// <https://learn.microsoft.com/windows/win32/ipc/named-pipe-security-and-access-rights>
const CLIENT: &str = "0x12019b";

/// The descriptor, with our own account, SYSTEM and Administrators in full
/// and each of `trustees` as a client, in their order and each once. All are
/// SIDs as the system writes them.
pub(super) fn sddl<'a>(
    own: &'a str,
    trustees: impl Iterator<Item = &'a str>,
    remote: bool,
) -> String {
    let mut sddl = String::from("D:P");
    if !remote {
        sddl.push_str("(D;;GA;;;NU)");
    }
    let mut listed = Vec::new();
    let full = [own, SYSTEM, ADMINISTRATORS].map(|sid| (sid, FULL));
    for (sid, rights) in full.into_iter().chain(trustees.map(|sid| (sid, CLIENT))) {
        if listed.contains(&sid) {
            continue;
        }
        listed.push(sid);
        sddl.push_str(&format!("(A;;{rights};;;{})", abbreviated(sid)));
    }
    sddl
}

/// As the system would write the two that are in each descriptor.
fn abbreviated(sid: &str) -> &str {
    match sid {
        SYSTEM => "SY",
        ADMINISTRATORS => "BA",
        other => other,
    }
}

#[cfg(test)]
mod tests;

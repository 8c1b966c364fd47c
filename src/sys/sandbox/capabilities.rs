//! Capabilities of the calling thread, and no_new_privs; see capabilities(7).

use std::collections::BTreeSet;
use std::io;

use rustix::thread::{self, CapabilitySet, CapabilitySets};

use super::Capability;

impl Capability {
    const fn bit(self) -> CapabilitySet {
        match self {
            Self::NetBindService => CapabilitySet::NET_BIND_SERVICE,
            Self::Chown => CapabilitySet::CHOWN,
            Self::Fowner => CapabilitySet::FOWNER,
            Self::DacOverride => CapabilitySet::DAC_OVERRIDE,
            Self::NetAdmin => CapabilitySet::NET_ADMIN,
        }
    }
}

fn set_of(all: &BTreeSet<Capability>) -> CapabilitySet {
    all.iter().map(|one| one.bit()).collect()
}

/// No program that is started from here on gets more rights than we have.
///
/// # Errors
/// The system's.
pub fn forbid_new_privileges() -> io::Result<()> {
    Ok(thread::set_no_new_privs(true)?)
}

/// Whether [`forbid_new_privileges`] holds, whoever saw to it.
pub fn takes_no_new_privileges() -> bool {
    thread::no_new_privs().unwrap_or(false)
}

/// The names of all that the thread has, or can give itself.
pub fn capabilities() -> Vec<String> {
    let permitted = thread::capabilities(None).map_or(CapabilitySet::empty(), |all| all.permitted);
    permitted.iter_names().map(|(name, _)| format!("cap_{}", name.to_ascii_lowercase())).collect()
}

/// Whether the thread has it, or can give it to itself.
pub fn has(capability: Capability) -> bool {
    thread::capabilities(None).is_ok_and(|all| all.permitted.contains(capability.bit()))
}

/// Uses only these for now; [`keep`] makes it final.
///
/// # Errors
/// The system's.
pub fn lower(to: &BTreeSet<Capability>) -> io::Result<()> {
    let now = thread::capabilities(None)?;
    let effective = now.permitted & set_of(to);
    if effective == now.effective {
        // A filter of system calls may forbid the call.
        return Ok(());
    }
    Ok(thread::set_capabilities(None, CapabilitySets { effective, ..now })?)
}

/// Gives up all others, and what programs could be given by their files. Where
/// there are no others nothing is asked of the system, which may have a filter
/// that forbids it.
///
/// # Errors
/// The system's; what was given up before stays so.
pub fn keep(these: &BTreeSet<Capability>) -> io::Result<()> {
    let now = thread::capabilities(None)?;
    let kept = now.permitted & set_of(these);
    if (now.effective, now.permitted) == (kept, kept) {
        return Ok(());
    }
    // Before CAP_SETPCAP goes, which it takes. Who does not have that keeps
    // bounds that no_new_privs makes useless.
    let effective = now.permitted;
    thread::set_capabilities(None, CapabilitySets { effective, ..now })?;
    bound_to(kept);
    // A kernel before 4.3 has no ambient ones.
    let _ = thread::clear_ambient_capability_set();
    let sets =
        CapabilitySets { effective: kept, permitted: kept, inheritable: CapabilitySet::empty() };
    Ok(thread::set_capabilities(None, sets)?)
}

fn bound_to(kept: CapabilitySet) {
    let others = (0..u64::BITS).map(|bit| CapabilitySet::from_bits_retain(1 << bit));
    for one in others.filter(|one| !kept.contains(*one)) {
        // Beyond the last that the kernel knows, or not allowed.
        if thread::remove_capability_from_bounding_set(one).is_err() {
            return;
        }
    }
}

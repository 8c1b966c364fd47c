//! The sandbox: rights that the daemon gives up at the start, and what a
//! reload may still ask for.
//!
//! The rights are those of a thread, and nothing gives them back. So the main
//! thread enters before it starts another one, with the configuration read and
//! nothing opened; and a reload that needs more than was granted is refused
//! before it changes anything, with a sentence that says so, in place of an
//! error of the system in the middle of it or a target that cannot be dialled.
//! No system calls in here: these are `sys::sandbox`'s.

mod asked;
mod capabilities;
mod describe;
mod grants;
mod needs;
mod places;
mod status;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use self::asked::Granted;
pub use self::describe::describe;
use self::grants::grants;
use self::needs::Needs;
use self::places::Places;
pub use self::status::SandboxStatus;
use super::reload::Source;
use crate::config::{self, Config};
use crate::sys::sandbox::{self, Capability, Enforced, Grants};

/// The sandbox that this process is in, if it is in one.
#[derive(Debug, Clone)]
pub struct Sandbox(Arc<State>);

#[derive(Debug)]
struct State {
    status: SandboxStatus,
    /// `None` where nothing limits files and ports.
    granted: Option<Granted>,
    /// Capabilities that the process had.
    dropped: BTreeSet<Capability>,
}

impl Sandbox {
    /// Gives up what the configuration says; without a `source`, nothing. What
    /// this system cannot do is done without, and told by [`Self::status`].
    /// To be called while there is no other thread.
    pub fn enter(config: &Config, source: Option<&Source>) -> Self {
        let wanted = config.sandbox != config::Sandbox::Off && sandbox::AVAILABLE;
        let Some(source) = source.filter(|_| wanted) else { return Self::none() };
        let needs = Needs::of_start(config, source.file());
        let places = Places::of_this_machine(&source.surroundings);
        let grants = grants(config.sandbox, &needs, &places);
        // As they are before anything is closed.
        let (granted, held) = (Granted::new(&grants), capabilities::held());
        let mut missing = Vec::new();
        let enforced = shut_in(&grants, &mut missing);
        if let Err(error) = capabilities::give_up(config.sandbox, &needs) {
            missing.push(format!("capabilities: {error}"));
        }
        let status = SandboxStatus::of_now(config.sandbox, enforced, missing);
        let granted = enforced.map(|enforced| granted.enforced(enforced));
        let dropped = held.difference(&capabilities::held()).copied().collect();
        Self(Arc::new(State { status, granted, dropped }))
    }

    /// None.
    pub fn none() -> Self {
        let status = SandboxStatus::of_now(config::Sandbox::Off, None, Vec::new());
        Self(Arc::new(State { status, granted: None, dropped: BTreeSet::new() }))
    }

    /// What was given up.
    pub fn status(&self) -> &SandboxStatus {
        &self.0.status
    }

    /// What a reload from `in_force` to `config` would need and cannot have, a
    /// sentence each.
    pub fn refuses(&self, config: &Config, in_force: &Config, file: &Path) -> Vec<String> {
        let mut needs = Needs::of_reload(config, file);
        needs.leave_out(&Needs::of_reload(in_force, file));
        let mut refused = self.0.granted.as_ref().map_or(Vec::new(), |all| all.lacks(&needs));
        refused.extend(asked::lost(&self.0.dropped, &needs));
        let sentence = |what| {
            format!(
                "the sandbox of the running process does not allow it {what}; restart \
                 pipeferry, which makes another one, or use `sandbox = false`"
            )
        };
        refused.into_iter().map(sentence).collect()
    }
}

/// no_new_privs and Landlock; what cannot be had goes to `missing`.
fn shut_in(grants: &Grants, missing: &mut Vec<String>) -> Option<Enforced> {
    if let Err(error) = sandbox::forbid_new_privileges() {
        missing.push(format!("no_new_privs: {error}"));
    }
    match sandbox::restrict(grants) {
        Ok(Some(enforced)) => {
            if grants.ports.is_some() && !enforced.ports {
                let abi = enforced.abi;
                missing.push(format!("ports: Landlock {abi} of this kernel knows none"));
            }
            Some(enforced)
        }
        Ok(None) => {
            missing.push(NO_LANDLOCK.to_owned());
            None
        }
        Err(error) => {
            missing.push(format!("files: {error}"));
            None
        }
    }
}

const NO_LANDLOCK: &str = "files: there is no Landlock here: the kernel has none or has it turned \
                           off, or a filter of system calls forbids it";

#[cfg(all(test, target_os = "linux"))]
mod tests;

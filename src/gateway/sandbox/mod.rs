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
mod grants;
mod needs;
mod places;
mod status;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::asked::Granted;
use self::grants::grants;
use self::needs::{Needs, Use};
use self::places::Places;
pub use self::status::SandboxStatus;
use super::reload::Source;
use crate::config::{self, Config, Surroundings};
use crate::sys::sandbox::{self, Capability, Grants, Reach};

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
        let granted = Granted::new(&grants);
        let mut missing = Vec::new();
        let mut note = |what: &str, why: String| missing.push(format!("{what}: {why}"));
        if let Err(error) = sandbox::forbid_new_privileges() {
            note("no_new_privs", error.to_string());
        }
        let enforced = sandbox::restrict(&grants).unwrap_or_else(|error| {
            note("Landlock", error);
            None
        });
        match enforced {
            None => note("files", NO_LANDLOCK.to_owned()),
            Some(enforced) if grants.ports.is_some() && !enforced.ports => {
                note("ports", format!("Landlock {} of this kernel knows none", enforced.abi));
            }
            Some(_) => {}
        }
        let had: BTreeSet<_> = ALL.into_iter().filter(|one| sandbox::has(*one)).collect();
        if let Err(error) = give_up_capabilities(config.sandbox, &needs) {
            note("capabilities", error.to_string());
        }
        let dropped = had.into_iter().filter(|one| !sandbox::has(*one)).collect();
        let granted = enforced.map(|enforced| granted.enforced(enforced));
        let status = SandboxStatus::of_now(config.sandbox, enforced, missing);
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

    /// What a reload to `config` would need and cannot have, a sentence each.
    pub fn refuses(&self, config: &Config, file: &Path) -> Vec<String> {
        let needs = Needs::of_reload(config, file);
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

const NO_LANDLOCK: &str = "there is no Landlock here: the kernel has none or has it turned off, \
                           or a filter of system calls forbids it";

const ALL: [Capability; 4] =
    [Capability::NetBindService, Capability::Chown, Capability::Fowner, Capability::DacOverride];

/// Keeps those that a reload may come to need, or this configuration needs.
fn give_up_capabilities(mode: config::Sandbox, needs: &Needs) -> std::io::Result<()> {
    if mode != config::Sandbox::Strict {
        return sandbox::keep(&BTreeSet::from(ALL));
    }
    let mut kept = BTreeSet::new();
    let free = sandbox::first_free_port();
    if needs.bind.iter().any(|port| (1..free).contains(port)) {
        kept.insert(Capability::NetBindService);
    }
    if needs.owners {
        kept.extend([Capability::Chown, Capability::Fowner]);
    }
    // Whether files can be had without is seen by trying.
    sandbox::lower(&kept)?;
    if needs.paths.iter().any(|(of, path)| takes_override(*of, path)) {
        kept.insert(Capability::DacOverride);
    }
    sandbox::keep(&kept)
}

/// Whether modes of files keep us from it. A target's socket that is not there
/// yet may come to be anybody's.
fn takes_override(of: Use, path: &Path) -> bool {
    match of {
        Use::Read => sandbox::is_refused(path, Reach::Read),
        Use::Write => sandbox::is_refused(path, Reach::Write),
        Use::Connect => !path.exists() || sandbox::is_refused(path, Reach::Write),
        Use::Make => {
            let folder = path.parent().and_then(grants::nearest);
            folder.is_none_or(|folder| sandbox::is_refused(&folder, Reach::Make))
        }
    }
}

/// What a start with `config` would be granted, in lines for `pipeferry check`;
/// nothing where there is no sandbox.
pub fn describe(config: &Config, file: &Path, surroundings: &Surroundings) -> String {
    if config.sandbox == config::Sandbox::Off || !sandbox::AVAILABLE {
        return String::new();
    }
    let needs = Needs::of_start(config, file);
    let grants = grants(config.sandbox, &needs, &Places::of_this_machine(surroundings));
    let Grants { read, write, make, ports, .. } = &grants;
    let mut text = "\nsandbox\n".to_owned();
    let mut line = |key: &str, value: String| text.push_str(&format!("  {key:<20} {value}\n"));
    line("read below", paths(read));
    line("make sockets below", paths(make));
    line("write FIFOs below", paths(write));
    let bind = ports.as_ref().map(|ports| &ports.bind);
    line("listen on ports", numbers(bind));
    line("connect to ports", numbers(ports.as_ref().and_then(|ports| ports.connect.as_ref())));
    line("start programs", "none".to_owned());
    text
}

/// Without those that lie below another.
fn paths(all: &BTreeSet<PathBuf>) -> String {
    let above = |path: &Path| path.ancestors().skip(1).any(|folder| all.contains(folder));
    let highest = all.iter().filter(|path| !above(path));
    list(highest.map(|path| path.display().to_string()))
}

fn numbers(all: Option<&BTreeSet<u16>>) -> String {
    all.map_or_else(|| "any".to_owned(), |all| list(all.iter().map(u16::to_string)))
}

fn list(all: impl Iterator<Item = String>) -> String {
    let all: Vec<_> = all.collect();
    if all.is_empty() { "none".to_owned() } else { all.join(" ") }
}

#[cfg(test)]
mod tests;

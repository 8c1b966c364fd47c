//! Holds what a reload asks for against what was granted.
//!
//! Folders are told apart as the kernel does it, by what they are and not by
//! their paths: a rule goes with its folder, and one that was put in its place
//! has none.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use super::capabilities::is_kept_out;
use super::grants::folder_for;
use super::needs::{Needs, Use};
use crate::sys::sandbox::{self, Capability, Enforced, Grants, Ports};

/// What was granted, once and for all.
#[derive(Debug)]
pub(super) struct Granted {
    read: HashSet<(u64, u64)>,
    write: HashSet<(u64, u64)>,
    make: HashSet<(u64, u64)>,
    ports: Option<Ports>,
    abstract_sockets: bool,
}

impl Granted {
    pub fn new(grants: &Grants) -> Self {
        let ids = |paths: &BTreeSet<_>| {
            paths.iter().filter_map(|path: &std::path::PathBuf| sandbox::file_id(path)).collect()
        };
        Self {
            read: ids(&grants.read),
            write: ids(&grants.write),
            make: ids(&grants.make),
            ports: grants.ports.clone(),
            abstract_sockets: grants.abstract_sockets,
        }
    }

    /// What the kernel does not hold us to is as good as granted.
    pub fn enforced(mut self, enforced: Enforced) -> Self {
        self.ports = self.ports.filter(|_| enforced.ports);
        self.abstract_sockets |= !enforced.signals;
        self
    }

    /// What of `needs` was not granted, in words.
    pub fn lacks(&self, needs: &Needs) -> Vec<String> {
        let paths = needs.paths.iter().filter_map(|(of, path)| self.path(*of, path));
        let mut all: Vec<_> = paths.collect();
        if let Some(ports) = &self.ports {
            let bind = needs.bind.difference(&ports.bind);
            all.extend(bind.map(|port| format!("to listen on port {port}")));
            if let Some(connect) = &ports.connect {
                let more = needs.connect.difference(connect);
                all.extend(more.map(|port| format!("to connect to port {port}")));
                all.extend(needs.any_target_port.then(|| "to connect to every port".to_owned()));
            }
        }
        if needs.abstract_sockets && !self.abstract_sockets {
            all.push("to connect to abstract sockets".to_owned());
        }
        all
    }

    fn path(&self, of: Use, path: &Path) -> Option<String> {
        let granted = match of {
            Use::Read => &self.read,
            Use::Write => &self.write,
            Use::Make => &self.make,
            Use::Connect => return None,
        };
        let at = match of {
            Use::Make => folder_for(path),
            // One that is not there is told as that, by whoever opens it.
            _ => std::fs::canonicalize(path).ok(),
        };
        let is_beneath = |at: std::path::PathBuf| {
            at.ancestors().filter_map(sandbox::file_id).any(|one| granted.contains(&one))
        };
        at.is_some_and(|at| !is_beneath(at)).then(|| in_words(of, path))
    }
}

fn in_words(of: Use, path: &Path) -> String {
    let what = match of {
        Use::Read => "read",
        Use::Write => "write to",
        Use::Make => "make",
        Use::Connect => "connect to",
    };
    format!("to {what} {}", path.display())
}

/// What of `needs` took a capability that was given up, in words.
pub(super) fn lost(dropped: &BTreeSet<Capability>, needs: &Needs) -> Vec<String> {
    let mut all = Vec::new();
    let mut say = |what: String, takes: Capability| {
        all.push(format!("{what}, which takes {}", takes.name()));
    };
    if dropped.contains(&Capability::NetBindService) {
        let free = sandbox::first_free_port();
        let low = needs.bind.iter().filter(|port| (1..free).contains(*port));
        low.for_each(|port| say(format!("to listen on port {port}"), Capability::NetBindService));
    }
    if dropped.contains(&Capability::Chown) && needs.owners {
        say("to give a socket to an account".to_owned(), Capability::Chown);
    }
    if dropped.contains(&Capability::DacOverride) {
        for (of, path) in needs.paths.iter().filter(|(of, path)| is_kept_out(*of, path)) {
            say(in_words(*of, path), Capability::DacOverride);
        }
    }
    all
}

//! What is granted: by `sandbox = true` what a reload may come to need, by
//! `"strict"` what this configuration needs.
//!
//! A rule is about a folder and all that is beneath it, never about one file:
//! certificates are renewed by a rename, sockets are made anew.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::needs::{Needs, Use};
use super::places::Places;
use crate::config::Sandbox;
use crate::sys::sandbox::{Grants, Ports};

/// DNS answers that are too long for UDP.
const DOMAIN: u16 = 53;

/// The grants for `needs`.
pub(super) fn grants(mode: Sandbox, needs: &Needs, places: &Places) -> Grants {
    let strict = mode == Sandbox::Strict;
    let mut grants = Grants { abstract_sockets: !strict, ..Grants::default() };
    grants.read.extend(places.system.iter().cloned());
    if strict {
        grants.ports = Some(ports(needs));
        grants.abstract_sockets = needs.abstract_sockets || places.abstract_manager;
        grants.read.extend(places.trust.iter().filter(|_| needs.system_trust).cloned());
    } else {
        grants.read.extend(places.all.iter().cloned());
        for folders in [&mut grants.read, &mut grants.write, &mut grants.make] {
            folders.extend(places.passing.iter().cloned());
        }
    }
    for (of, path) in &needs.paths {
        let folders = folders_of(path);
        match of {
            Use::Read => grants.read.extend(folders),
            Use::Write => grants.write.extend(folders),
            Use::Make => {
                // The folder is opened for its lock, too.
                grants.read.extend(folders.clone());
                grants.make.extend(folders);
            }
            // Not governed by the rules that there are.
            Use::Connect => {}
        }
    }
    grants
}

fn ports(needs: &Needs) -> Ports {
    let mut connect = needs.connect.clone();
    connect.insert(DOMAIN);
    Ports { bind: needs.bind.clone(), connect: (!needs.any_target_port).then_some(connect) }
}

/// The folder that the path names, and the one that the file lies in if the
/// path is a link.
fn folders_of(path: &Path) -> BTreeSet<PathBuf> {
    let named = folder_for(path);
    let real = std::fs::canonicalize(path).ok();
    let real = real.and_then(|file| file.parent().map(Path::to_owned));
    named.into_iter().chain(real).collect()
}

/// The folder that the path names, or what there is above it: what is missing
/// is made.
pub(super) fn folder_for(path: &Path) -> Option<PathBuf> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).ancestors().find_map(|one| std::fs::canonicalize(one).ok())
}

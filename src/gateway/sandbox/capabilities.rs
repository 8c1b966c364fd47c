//! Which capabilities are kept.
//!
//! By default those that a reload may come to need: low ports, files that are
//! given to other accounts, files of other accounts. Strict keeps what this
//! configuration needs, which for files is seen by trying without. Either way
//! there is more for packet sockets only where the configuration has any: it is
//! the right to do much else with the network.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use super::grants::folder_for;
use super::needs::{Needs, Use};
use crate::config::Sandbox;
use crate::sys::sandbox::{self, Capability, Reach};

/// What a reload may come to need.
const COMMON: [Capability; 4] =
    [Capability::NetBindService, Capability::Chown, Capability::Fowner, Capability::DacOverride];

/// Those of use that the process has.
pub(super) fn held() -> BTreeSet<Capability> {
    let all = COMMON.into_iter().chain([Capability::NetAdmin]);
    all.filter(|one| sandbox::has(*one)).collect()
}

/// Gives up the others, for good.
///
/// # Errors
/// The system's.
pub(super) fn give_up(mode: Sandbox, needs: &Needs) -> io::Result<()> {
    let mut kept = BTreeSet::new();
    if needs.packets {
        kept.insert(Capability::NetAdmin);
    }
    if mode != Sandbox::Strict {
        kept.extend(COMMON);
        return sandbox::keep(&kept);
    }
    let free = sandbox::first_free_port();
    if needs.bind.iter().any(|port| (1..free).contains(port)) {
        kept.insert(Capability::NetBindService);
    }
    if needs.owners {
        kept.extend([Capability::Chown, Capability::Fowner]);
    }
    // Whether files can be had without is seen by trying.
    sandbox::lower(&kept)?;
    if needs.given_away || needs.paths.iter().any(|(of, path)| takes_override(*of, path)) {
        kept.insert(Capability::DacOverride);
    }
    sandbox::keep(&kept)
}

/// Whether it takes the right to pass over modes of files, or may come to: a
/// target's socket that is not there yet can be anybody's.
fn takes_override(of: Use, path: &Path) -> bool {
    of == Use::Connect && !path.exists() || is_kept_out(of, path)
}

/// Whether modes of files keep us from it now.
pub(super) fn is_kept_out(of: Use, path: &Path) -> bool {
    match of {
        Use::Read => sandbox::is_refused(path, Reach::Read),
        Use::Write | Use::Connect => sandbox::is_refused(path, Reach::Write),
        Use::Make => {
            folder_for(path).is_some_and(|folder| sandbox::is_refused(&folder, Reach::Make))
        }
    }
}

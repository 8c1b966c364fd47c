//! Which capabilities are kept.
//!
//! By default those that a reload may come to need: low ports, files that are
//! given to other accounts, files of other accounts. Strict keeps what this
//! configuration needs, which for files is seen by trying without.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use super::grants;
use super::needs::{Needs, Use};
use crate::config::Sandbox;
use crate::sys::sandbox::{self, Capability, Reach};

const ALL: [Capability; 4] =
    [Capability::NetBindService, Capability::Chown, Capability::Fowner, Capability::DacOverride];

/// Those of use that the process has.
pub(super) fn held() -> BTreeSet<Capability> {
    ALL.into_iter().filter(|one| sandbox::has(*one)).collect()
}

/// Gives up the others, for good.
///
/// # Errors
/// The system's.
pub(super) fn give_up(mode: Sandbox, needs: &Needs) -> io::Result<()> {
    if mode != Sandbox::Strict {
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
            let folder = path.parent().and_then(grants::nearest);
            folder.is_some_and(|folder| sandbox::is_refused(&folder, Reach::Make))
        }
    }
}

//! `%ProgramData%\pipeferry`: where it is, and who may do what in it.
//!
//! Keys lie in there, and ProgramData lets every user make folders and files:
//! without an ACL of its own, anybody could read or plant them.

use std::path::{Path, PathBuf};

use super::account::service_sid;
use super::name::ServiceName;

/// FILE_GENERIC_READ | FILE_GENERIC_EXECUTE.
pub(super) const READ: &str = "0x1200a9";
/// What icacls calls modify: read, write and delete, but not the ACL.
pub(super) const MODIFY: &str = "0x1301bf";

/// Whoever else owned the folder could give himself every right to it: the
/// administrators, the system, TrustedInstaller.
const TRUSTED_OWNERS: [&str; 3] =
    ["BA", "SY", "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"];

/// Where the logs are.
pub(super) fn logs(system_dir: &Path) -> PathBuf {
    system_dir.join("logs")
}

/// The log file of a service.
pub(super) fn log_file(system_dir: &Path, name: &ServiceName) -> PathBuf {
    logs(system_dir).join(format!("{name}.log"))
}

/// A folder that SYSTEM and the administrators do everything in, and the
/// service what `rights` say; nobody else anything. In SDDL.
pub(super) fn sddl(name: &ServiceName, rights: &str) -> String {
    let service = entry(name, rights);
    format!("O:BAG:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA){service}")
}

fn entry(name: &ServiceName, rights: &str) -> String {
    format!("(A;OICI;{rights};;;{})", service_sid(name))
}

/// What is to be done with a folder that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Finding {
    /// The service is let in already.
    Fit,
    /// Nobody has given it an ACL: it is to be given this one.
    Open(String),
    /// It has an ACL of its own; with the service's entry it is this one.
    Lacking(String),
    /// It belongs to somebody who could change all of it.
    Strange {
        /// As SDDL writes him.
        owner: String,
    },
}

/// Judges a folder by its owner and DACL in SDDL. `installer` is the account
/// that may install services, and may own the folder too.
pub(super) fn judge(found: &str, installer: &str, name: &ServiceName, rights: &str) -> Finding {
    let owner = owner(found);
    if owner != installer && !TRUSTED_OWNERS.contains(&owner) {
        return Finding::Strange { owner: owner.to_owned() };
    }
    let dacl = between(found, "D:", &["S:"]);
    let (flags, entries) = dacl.split_at(dacl.find('(').unwrap_or(dacl.len()));
    if !flags.contains('P') {
        return Finding::Open(sddl(name, rights));
    }
    let sid = service_sid(name);
    if entries.contains(&format!(";;;{sid})")) {
        return Finding::Fit;
    }
    Finding::Lacking(format!("D:P{entries}{}", entry(name, rights)))
}

/// The owner in SDDL.
pub(super) fn owner(sddl: &str) -> &str {
    between(sddl, "O:", &["G:", "D:", "S:"])
}

/// What stands behind `mark` and before the first of `ends`.
fn between<'t>(text: &'t str, mark: &str, ends: &[&str]) -> &'t str {
    let rest = text.split_once(mark).map_or("", |(_, rest)| rest);
    let end = ends.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
    &rest[..end]
}

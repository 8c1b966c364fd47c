//! What socket files and FIFOs share: mode, owner, group.

use super::Scope;
use crate::config::machine::AccountUse;
use crate::config::model::FileAccess;
use crate::config::raw::RawEndTable;
use crate::config::report::Fault;

/// Mode and owner, as far as they are written.
pub(super) fn file_access(scope: &mut Scope<'_>, raw: &RawEndTable) -> FileAccess {
    FileAccess {
        permissions: raw.permissions.get().map(|bits| bits.0),
        owner: scope.account(raw.owner.at(), AccountUse::FileOwner),
        group: scope.account(raw.group.at(), AccountUse::FileGroup),
    }
}

/// An abstract name has no file whose mode could be set.
pub(super) fn refuse_file_keys(scope: &mut Scope<'_>, raw: &RawEndTable) {
    for given in &raw.given {
        if matches!(given.key, "permissions" | "owner" | "group") {
            let fault = Fault::new(format!("`{}`: an abstract socket has no file", given.key));
            scope.fault(given.spot, fault.hint("use `allow` to say who may come in"));
        }
    }
}

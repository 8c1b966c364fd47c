//! Paths of sockets and FIFOs, and what the kernel takes.

use std::path::PathBuf;

use super::Scope;
use crate::config::model::{PipeAddress, PipeName, UnixName};
use crate::config::report::{Fault, Spot};

/// `sun_path` holds 108 bytes, one of them a NUL (unix(7)).
const LONGEST_SOCKET: usize = 107;

/// A Unix socket's path, joined.
pub(super) fn unix_path(scope: &mut Scope<'_>, spot: Spot, path: &str) -> UnixName {
    let joined = scope.join(path);
    check_length(scope, spot, &joined);
    UnixName::Path(joined)
}

/// A name in the abstract namespace; the leading NUL takes the place of the
/// trailing one.
pub(super) fn abstract_name(scope: &mut Scope<'_>, spot: Spot, name: &str) -> UnixName {
    if name.len() > LONGEST_SOCKET {
        scope.fault(spot, too_long(name.len()));
    }
    UnixName::Abstract(name.to_owned())
}

/// A pipe and its socket.
pub(super) fn pipe(scope: &mut Scope<'_>, spot: Spot, name: &PipeName) -> PipeAddress {
    let socket = scope.socket_of(name);
    if !scope.is_windows() {
        check_length(scope, spot, &socket);
    }
    PipeAddress { name: name.clone(), socket }
}

fn check_length(scope: &mut Scope<'_>, spot: Spot, path: &std::path::Path) {
    let length = path.as_os_str().len();
    if length > LONGEST_SOCKET {
        let fault = too_long(length).maybe_hint(Some(format!("it is {}", path.display())));
        scope.fault(spot, fault);
    }
}

fn too_long(length: usize) -> Fault {
    Fault::new(format!("a socket's path of {length} bytes"))
        .expected(format!("at most {LONGEST_SOCKET} bytes, relative paths joined"))
}

/// A FIFO's path, joined.
pub(super) fn fifo_path(scope: &Scope<'_>, path: &str) -> PathBuf {
    scope.join(path)
}

//! `fifo:PATH`: one direction.

use super::end::{End, framing};
use super::{Scope, local, paths};
use crate::config::model::{Access, FifoDial, FifoListen};
use crate::config::report::Fault;

pub(super) fn listen(scope: &mut Scope<'_>, end: &End<'_>, path: &str) -> FifoListen {
    FifoListen {
        path: paths::fifo_path(scope, path),
        access: access(scope, end, Access::Inbound),
        file: local::file_access(scope, end.raw),
        framing: framing(scope, end),
    }
}

pub(super) fn dial(scope: &mut Scope<'_>, end: &End<'_>, path: &str) -> FifoDial {
    FifoDial {
        path: paths::fifo_path(scope, path),
        access: access(scope, end, Access::Outbound),
        framing: framing(scope, end),
    }
}

fn access(scope: &mut Scope<'_>, end: &End<'_>, default: Access) -> Access {
    match end.raw.access.at() {
        None => default,
        Some(at) if at.value == Access::Duplex => {
            let fault = Fault::new("a FIFO carries one way").expected("`inbound` or `outbound`");
            scope.fault(at.place.value, fault);
            default
        }
        Some(at) => at.value,
    }
}

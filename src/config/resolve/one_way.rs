//! A bridge that could carry nothing: both of its ends only read, or both only
//! write.

use super::Scope;
use crate::config::model::{Access, Dial, Listen};
use crate::config::report::{Fault, Spot};

/// `spot` is where the target's address stands.
pub(super) fn check(scope: &mut Scope<'_>, listen: &Listen, connect: &Dial, spot: Spot) {
    let what = match (of_listen(listen), of_dial(connect)) {
        (Access::Inbound, Access::Inbound) => "reads",
        (Access::Outbound, Access::Outbound) => "writes",
        _ => return,
    };
    let fault = Fault::new(format!("nothing would be carried: pipeferry only {what} at both ends"));
    scope.fault(spot, fault.hint("change `access` at one of them"));
}

fn of_listen(listen: &Listen) -> Access {
    match listen {
        Listen::Pipe(pipe) => pipe.access,
        Listen::Fifo(fifo) => fifo.access,
        _ => Access::Duplex,
    }
}

fn of_dial(dial: &Dial) -> Access {
    match dial {
        Dial::Pipe(pipe) => pipe.access,
        Dial::Fifo(fifo) => fifo.access,
        _ => Access::Duplex,
    }
}

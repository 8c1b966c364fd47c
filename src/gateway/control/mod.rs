//! The control pipe: what a person may ask of the running daemon.
//!
//! It is for the daemon's own account, and for root or Administrators: the
//! system lets nobody else open it. One request a connection, a line of JSON;
//! one or more lines come back. docs/control.md is the specification.

mod answer;
mod protocol;
mod server;

use std::io;

pub(super) use self::answer::{Desk, told};
pub use self::protocol::{
    Ask, BridgeDrained, ClosedReply, ConnectionStatus, DrainReply, ErrorReply, LONGEST_REQUEST,
    Progress, Reply, StatusReply, VERSION,
};
pub(super) use self::server::serve;
use super::admin::AdminListener;
use crate::config::Control;
use crate::endpoint::Occupied;

/// Why the control pipe cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("the control pipe `{name}` cannot be opened: {source}")]
pub struct ControlError {
    /// Its name as configured.
    pub name: String,
    /// Why.
    pub source: io::Error,
}

/// Opens it. One that nobody asked for by name is done without where it cannot
/// be had: another daemon may have it already.
///
/// # Errors
/// [`ControlError`] for one that was asked for.
pub(super) async fn open(
    control: &Control,
    occupied: Occupied,
) -> Result<Option<AdminListener>, ControlError> {
    let error = match AdminListener::bind_private(&control.pipe, occupied).await {
        Ok(listener) => {
            tracing::debug!(address = %listener, "control pipe open");
            return Ok(Some(listener));
        }
        Err(error) => error,
    };
    let name = control.pipe.name.to_string();
    if control.written {
        return Err(ControlError { name, source: error });
    }
    tracing::warn!(
        name,
        %error,
        "no control pipe: `pipeferry status`, `reload` and the like cannot reach this daemon; \
         give it one of its own with `control`"
    );
    Ok(None)
}

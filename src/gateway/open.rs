//! Opening the listeners of a start: all of them, or none.

use super::AdminError;
use crate::bridge::{Bridge, OpenBridge, OpenError};
use crate::config::Config;
#[cfg(unix)]
use crate::config::Listen;
use crate::endpoint::{Occupied, bind_hint};

/// Why the daemon did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Listeners that could not be opened; none of the others stays open.
    #[error("{}", list(.0))]
    Open(Vec<OpenError>),
    /// The admin server.
    #[error(transparent)]
    Admin(#[from] AdminError),
}

impl StartError {
    /// Each mistake, its cause under it, then what to do.
    pub fn in_sentences(&self) -> String {
        match self {
            Self::Open(errors) => {
                errors.iter().map(OpenError::in_sentences).collect::<Vec<_>>().join("\n")
            }
            Self::Admin(AdminError::Bind { address, source }) => {
                let hint = bind_hint(source).map(|hint| format!("\n  hint: {hint}"));
                let hint = hint.unwrap_or_default();
                format!(
                    "error: the admin server cannot listen on {address}\n  because {source}{hint}"
                )
            }
            Self::Admin(error) => format!("error: {error}"),
        }
    }
}

fn list(errors: &[OpenError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Opens the listeners of `bridges`; their order stays.
///
/// # Errors
/// [`StartError::Open`] with each that could not be opened; the others are
/// closed again.
pub(super) async fn open(
    bridges: Vec<Bridge>,
    occupied: Occupied,
) -> Result<Vec<OpenBridge>, StartError> {
    let (mut opened, mut failed) = (Vec::new(), Vec::new());
    let mut all: Vec<_> = bridges.into_iter().enumerate().collect();
    // Stable. What is taken over cannot be given back, so that comes last, and
    // only if nothing else stands in the way.
    all.sort_by_key(|(_, bridge)| bridge.has_a_socket_file());
    for (at, bridge) in all {
        if occupied == Occupied::TakeOver && bridge.has_a_socket_file() && !failed.is_empty() {
            continue;
        }
        match bridge.open(occupied).await {
            Ok(open) => opened.push((at, open)),
            Err(error) => failed.push(error),
        }
    }
    if !failed.is_empty() {
        return Err(StartError::Open(failed));
    }
    opened.sort_by_key(|(at, _)| *at);
    Ok(opened.into_iter().map(|(_, open)| open).collect())
}

/// Whoever connects to a socket that nobody serves waits, and is not refused.
pub(super) fn warn_of_unused(config: &Config) {
    #[cfg(unix)]
    for name in crate::endpoint::handed_names() {
        let takes =
            |listen: &Listen| matches!(listen, Listen::Handed(end) if end.name.as_str() == name);
        if !config.bridges.iter().any(|bridge| takes(&bridge.listen)) {
            tracing::warn!(name, "a socket was handed over, and no bridge listens on it");
        }
    }
    #[cfg(windows)]
    let _ = config;
}

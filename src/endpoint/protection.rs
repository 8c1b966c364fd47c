//! What the system is told about who may open a listening end.

use crate::access::{ResolvedLocalRules, UnknownName};
use crate::config::{Listen, PipeListen};

/// A listening end's protection, as `check` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protection {
    /// The security descriptor of a Windows pipe, as the system writes it.
    pub sddl: String,
    /// Sentences on what somebody may not have meant.
    pub warnings: Vec<String>,
}

/// Why a listening end cannot be protected as configured.
#[derive(Debug, thiserror::Error)]
pub enum ProtectionError {
    /// `allow` names somebody who does not exist.
    #[error("{0}; `allow` must name existing accounts")]
    Allow(#[from] UnknownName),
    /// The system does not take `sddl`.
    #[error("{sddl}: {source}")]
    Sddl {
        /// What was written.
        sddl: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The system does not say who we are, or how it reads a descriptor.
    #[error(transparent)]
    System(#[from] std::io::Error),
}

/// The protection that a listening end will have; `None` where it is no
/// security descriptor. `rules` are those of its `allow`. Opens nothing.
///
/// # Errors
/// [`ProtectionError`].
pub fn protection(
    listen: &Listen,
    rules: Option<&ResolvedLocalRules>,
) -> Result<Option<Protection>, ProtectionError> {
    match listen {
        Listen::Pipe(pipe) => pipe_protection(pipe, rules),
        _ => Ok(None),
    }
}

/// As [`protection`], of a pipe that need not be a bridge's.
///
/// # Errors
/// [`ProtectionError`].
#[cfg(windows)]
pub fn pipe_protection(
    pipe: &PipeListen,
    rules: Option<&ResolvedLocalRules>,
) -> Result<Option<Protection>, ProtectionError> {
    super::pipe::protection(pipe, rules).map(Some)
}

/// Here sockets have files, whose rights say it all.
///
/// # Errors
/// None.
#[cfg(unix)]
pub fn pipe_protection(
    _: &PipeListen,
    _: Option<&ResolvedLocalRules>,
) -> Result<Option<Protection>, ProtectionError> {
    Ok(None)
}

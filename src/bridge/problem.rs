//! Why a bridge cannot be opened.

use crate::access::UnknownName;
use crate::endpoint::{BindError, PrepareError, ProtectionError};
use crate::tls::TlsError;

/// Why a bridge could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("bridge `{bridge}`: {problem}")]
pub struct OpenError {
    /// The bridge's name.
    pub bridge: String,
    /// What is wrong.
    pub problem: Problem,
}

/// What keeps a bridge from being opened.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The listening end.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// A TLS end.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// `allow` names somebody who does not exist.
    #[error("{0}; `allow` must name existing accounts")]
    Allow(#[from] UnknownName),
    /// The listening end cannot be protected as written.
    #[error(transparent)]
    Protection(#[from] ProtectionError),
    /// `owner` or `group` names somebody who does not exist.
    #[error("{0}; `owner` and `group` must name existing accounts")]
    Owner(UnknownName),
    /// Some of several targets can never be dialled as written.
    #[error("{why}")]
    Targets {
        /// Each of them, and why.
        why: String,
        /// Whether it is all about an `owner` that does not exist.
        owners_only: bool,
    },
    /// pipeferry itself failed.
    #[error("pipeferry itself failed: {0}")]
    Broken(String),
}

impl OpenError {
    /// The mistake, its cause under it, then what to do.
    pub fn in_sentences(&self) -> String {
        let Problem::Bind(error) = &self.problem else { return format!("error: {self}") };
        let BindError { address, source } = error;
        let bridge = &self.bridge;
        let text =
            format!("error: bridge `{bridge}`: cannot listen on {address}\n  because {source}");
        let hint = error.hint().map(|hint| format!("\n  hint: {hint}"));
        text + &hint.unwrap_or_default()
    }

    /// Something panicked, and has said so.
    pub fn broken(bridge: String, why: String) -> Self {
        Self { bridge, problem: Problem::Broken(why) }
    }
}

impl From<PrepareError> for Problem {
    fn from(error: PrepareError) -> Self {
        match error {
            PrepareError::Tls(error) => Self::Tls(error),
            PrepareError::Owner(unknown) => Self::Owner(unknown),
        }
    }
}

//! What a log line looks like.

use std::ffi::OsStr;

use super::one_line::Escape;
use crate::config::LogFormat;

/// What a log line looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// For people.
    Text {
        /// With ANSI colours.
        color: bool,
    },
    /// One JSON object a line.
    Json,
}

impl Style {
    /// The style for a log that goes to a terminal, or does not. Colours need
    /// one, and a `NO_COLOR` that is unset or empty (no-color.org).
    pub fn choose(format: LogFormat, terminal: bool, no_color: Option<&OsStr>) -> Self {
        let color = terminal && no_color.is_none_or(OsStr::is_empty);
        match format {
            LogFormat::Json => Self::Json,
            LogFormat::Auto if !terminal => Self::Json,
            LogFormat::Auto | LogFormat::Text => Self::Text { color },
        }
    }

    /// What must not reach a line of this style as it is.
    pub const fn escape(self) -> Escape {
        match self {
            Self::Text { color: true } => Escape::AllButColor,
            Self::Text { color: false } | Self::Json => Escape::All,
        }
    }
}

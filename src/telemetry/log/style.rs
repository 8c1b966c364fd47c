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
    /// The journal's fields.
    #[cfg(unix)]
    Journal,
}

/// Where standard error goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// A person.
    Terminal,
    /// systemd's journal, which takes fields.
    #[cfg(unix)]
    Journal,
    /// A file, or another program.
    Other,
}

impl Style {
    /// The style for a log that goes to this reader. Colours need a terminal,
    /// and a `NO_COLOR` that is unset or empty (no-color.org).
    pub fn choose(format: LogFormat, reader: Reader, no_color: Option<&OsStr>) -> Self {
        let color = reader == Reader::Terminal && no_color.is_none_or(OsStr::is_empty);
        match (format, reader) {
            #[cfg(unix)]
            (LogFormat::Journal, _) | (LogFormat::Auto, Reader::Journal) => Self::Journal,
            // The configuration refuses it before.
            #[cfg(windows)]
            (LogFormat::Journal, _) => Self::Json,
            (LogFormat::Json, _) | (LogFormat::Auto, Reader::Other) => Self::Json,
            (LogFormat::Auto, Reader::Terminal) | (LogFormat::Text, _) => Self::Text { color },
        }
    }

    /// What must not reach a line of this style as it is.
    pub const fn escape(self) -> Escape {
        match self {
            Self::Text { color: true } => Escape::AllButColor,
            Self::Text { color: false } | Self::Json => Escape::All,
            #[cfg(unix)]
            Self::Journal => Escape::All,
        }
    }
}

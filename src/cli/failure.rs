//! Errors for the person who reads them at night: one sentence, the cause under
//! it, then what to do.

use std::fmt::Write as _;
use std::io::{ErrorKind, IsTerminal, Write as _};
use std::process::ExitCode;

use crate::config::{ConfigError, Diagnostics};
use crate::gateway::{Mistakes, StartError};

/// Why a command failed, and with which exit code.
#[derive(Debug)]
pub struct Failure {
    text: String,
    code: u8,
}

impl Failure {
    /// Bad usage or configuration: 2.
    pub fn usage(text: impl Into<String>) -> Self {
        Self { text: text.into(), code: 2 }
    }

    /// Failed while running: 1.
    pub fn running(error: &anyhow::Error) -> Self {
        let started = error.downcast_ref::<StartError>();
        let text = started.map_or_else(|| in_sentences(error), StartError::in_sentences);
        Self { text, code: 1 }
    }

    /// Failed while running, in words that are there already: 1.
    pub fn failed(text: impl Into<String>) -> Self {
        Self { text: text.into(), code: 1 }
    }

    /// Of `pipeferry certs`, which tells usage apart itself.
    pub fn from_certs(error: &anyhow::Error) -> Self {
        Self { text: in_sentences(error), code: super::certs::exit_code(error) }
    }

    /// What is wrong with a configuration beyond its text.
    pub fn mistakes(mistakes: &Mistakes) -> Self {
        Self::usage(mistakes.text(in_colour()))
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: &str) -> Self {
        let _ = write!(self.text, "\n  hint: {hint}");
        self
    }

    /// All that would be printed.
    pub fn text(&self) -> &str {
        self.text.trim_end()
    }

    /// The exit code.
    pub const fn code(&self) -> u8 {
        self.code
    }

    /// Prints it to standard error.
    pub fn report(self) -> ExitCode {
        // If nobody listens there, the exit code has to do.
        let _ = writeln!(std::io::stderr().lock(), "{}", self.text());
        ExitCode::from(self.code)
    }
}

fn in_colour() -> bool {
    std::io::stderr().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

fn in_sentences(error: &anyhow::Error) -> String {
    let mut text = format!("error: {error}");
    for cause in error.chain().skip(1) {
        let _ = write!(text, "\n  because {cause}");
    }
    text
}

impl From<Diagnostics> for Failure {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::usage(if in_colour() { diagnostics.coloured() } else { diagnostics.to_string() })
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let said = error.to_string();
        match error {
            ConfigError::Wrong(diagnostics) => diagnostics.into(),
            ConfigError::Unreadable { source, .. } => {
                let hint = match source.kind() {
                    ErrorKind::PermissionDenied => "let the account that runs pipeferry read it",
                    _ => "name the file with --config",
                };
                Self::usage(format!("error: {said}\n  because {source}")).hint(hint)
            }
            ConfigError::NoText { .. } => {
                Self::usage(format!("error: {said}")).hint("name the file with --config")
            }
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::running(&error)
    }
}

//! Where a configuration comes from, so that it can be read again.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::config::{self, Config, ConfigError, LogFormat, Surroundings};
use crate::gateway::ThisMachine;
use crate::gateway::watch::Seen;

/// A configuration file, and what the command line put in its place.
#[derive(Debug, Clone)]
pub struct Source {
    /// The file; absolute, or relative to where the process was started.
    pub file: PathBuf,
    /// What it is read against.
    pub surroundings: Surroundings,
    /// `--log-level`
    pub log_level: Option<String>,
    /// `--log-format`
    pub log_format: Option<LogFormat>,
    /// The file as it was just before it was read first.
    seen: OnceLock<Seen>,
}

impl Source {
    /// Reads nothing yet.
    pub fn new(file: PathBuf, surroundings: Surroundings) -> Self {
        Self { file, surroundings, log_level: None, log_format: None, seen: OnceLock::new() }
    }

    /// Reads it.
    ///
    /// # Errors
    /// All mistakes.
    pub fn load(&self) -> Result<Config, ConfigError> {
        if self.seen.get().is_some() {
            config::can_be_read_again(&self.file)?;
        }
        self.seen.get_or_init(|| Seen::at(&self.file));
        let loaded = config::load(&self.file, &self.surroundings);
        let mut config = loaded.map_err(|error| self.with_all(error))?;
        if let Some(level) = &self.log_level {
            config.log.level.clone_from(level);
        }
        if let Some(format) = self.log_format {
            config.log.format = format;
        }
        Ok(config)
    }

    /// What is wrong with the text, and with the files and accounts in it.
    fn with_all(&self, error: ConfigError) -> ConfigError {
        if !matches!(error, ConfigError::Wrong(_)) {
            return error;
        }
        match self.look_again() {
            Err(all @ ConfigError::Wrong(_)) => all,
            _ => error,
        }
    }

    /// Reads it again and asks this machine about every file and account in it,
    /// for those mistakes too and the places of all. Where nothing is wrong,
    /// [`Self::load`] does less.
    ///
    /// # Errors
    /// All mistakes.
    pub fn look_again(&self) -> Result<Config, ConfigError> {
        config::can_be_read_again(&self.file)?;
        config::load_on(&self.file, &self.surroundings, &ThisMachine)
    }

    /// The file as it was just before it was read first, if it was.
    pub(in crate::gateway) fn seen(&self) -> Option<&Seen> {
        self.seen.get()
    }

    /// The file.
    pub fn file(&self) -> &Path {
        &self.file
    }
}

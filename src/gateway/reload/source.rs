//! Where a configuration comes from, so that it can be read again.

use std::path::{Path, PathBuf};

use crate::config::{self, Config, ConfigError, LogFormat, Surroundings};

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
}

impl Source {
    /// Reads it.
    ///
    /// # Errors
    /// All mistakes.
    pub fn load(&self) -> Result<Config, ConfigError> {
        let mut config = config::load(&self.file, &self.surroundings)?;
        if let Some(level) = &self.log_level {
            config.log.level.clone_from(level);
        }
        if let Some(format) = self.log_format {
            config.log.format = format;
        }
        Ok(config)
    }

    /// The file.
    pub fn file(&self) -> &Path {
        &self.file
    }
}

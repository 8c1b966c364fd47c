//! `pipeferry run`: the daemon.

use std::path::PathBuf;
use std::process::ExitCode;

use super::Failure;
use super::args::{ConfigArg, FormatArg, LogArgs, RunArgs};
use super::forward;
use crate::config::{self, Config, LogFormat, Surroundings};
use crate::gateway::OnHangup;

/// Reads the configuration and serves until it is told to stop.
pub(super) fn run(args: &RunArgs) -> Result<ExitCode, Failure> {
    let surroundings = Surroundings::of_this_process();
    let mut config = load(&args.file, &surroundings)?;
    apply(&args.log, &mut config)?;
    forward::serve(&config, OnHangup::GoOn)
}

/// Reads the named configuration, or the one that is found.
pub(super) fn load(file: &ConfigArg, surroundings: &Surroundings) -> Result<Config, Failure> {
    Ok(config::load(&path(file, surroundings)?, surroundings)?)
}

/// The path of the named configuration, or of the one that is found.
pub(super) fn path(file: &ConfigArg, surroundings: &Surroundings) -> Result<PathBuf, Failure> {
    file.config.clone().or_else(|| config::find(surroundings)).ok_or_else(|| {
        let system = surroundings.system_dir.join("pipeferry.toml");
        Failure::usage(format!(
            "error: there is no configuration\n  because neither pipeferry.toml in this folder nor \
             {} exists\n  hint: name one with --config FILE, or try `pipeferry demo`",
            system.display()
        ))
    })
}

/// Flags win over the file.
pub(super) fn apply(flags: &LogArgs, config: &mut Config) -> Result<(), Failure> {
    if let Some(level) = &flags.log_level {
        crate::telemetry::log::check(level)
            .map_err(|error| Failure::usage(format!("error: --log-level: {error}")))?;
        config.log.level.clone_from(level);
    }
    if let Some(format) = flags.log_format {
        config.log.format = match format {
            FormatArg::Auto => LogFormat::Auto,
            FormatArg::Text => LogFormat::Text,
            FormatArg::Json => LogFormat::Json,
        };
    }
    Ok(())
}

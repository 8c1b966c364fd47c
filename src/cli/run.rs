//! `pipeferry run`: the daemon.

use std::path::PathBuf;
use std::process::ExitCode;

use super::Failure;
use super::args::{ConfigArg, FormatArg, LogArgs, RunArgs};
use super::forward::{self, Read};
use crate::config::{self, Config, LogFormat, Surroundings};
use crate::endpoint::Occupied;
use crate::gateway::{Launch, ServiceManager, Source};

/// Reads the configuration and serves until it is told to stop.
pub(super) fn run(args: &RunArgs) -> Result<ExitCode, Failure> {
    take_handed()?;
    let surroundings = Surroundings::of_this_process();
    let file = path(&args.file, &surroundings)?;
    check_level(&args.log)?;
    let mut source = Source::new(file, surroundings);
    source.log_level.clone_from(&args.log.log_level);
    source.log_format = args.log.log_format.map(LogFormat::from);
    let config = source.load()?;
    let launch = || Launch {
        manager: ServiceManager::of(|name| std::env::var_os(name), std::process::id()),
        occupied: occupied(args),
    };
    let again = source.clone();
    let read = Read { config: &config, look_again: &|| again.look_again() };
    forward::serve(&read, Some(source), launch)
}

#[cfg(unix)]
fn occupied(args: &RunArgs) -> Occupied {
    if args.take_over { Occupied::TakeOver } else { Occupied::Refuse }
}

/// The instances of a pipe are shared by nobody.
#[cfg(windows)]
fn occupied(_: &RunArgs) -> Occupied {
    Occupied::Refuse
}

/// Sockets that systemd has opened for us; before we open anything ourselves.
pub(super) fn take_handed() -> Result<(), Failure> {
    #[cfg(unix)]
    crate::endpoint::take_handed(|name| std::env::var_os(name), std::process::id())
        .map_err(|error| Failure::usage(format!("error: {error}")))?;
    Ok(())
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
    check_level(flags)?;
    if let Some(level) = &flags.log_level {
        config.log.level.clone_from(level);
    }
    if let Some(format) = flags.log_format {
        config.log.format = format.into();
    }
    Ok(())
}

fn check_level(flags: &LogArgs) -> Result<(), Failure> {
    let Some(level) = &flags.log_level else { return Ok(()) };
    crate::telemetry::log::check(level)
        .map_err(|error| Failure::usage(format!("error: --log-level: {error}")))
}

impl From<FormatArg> for LogFormat {
    fn from(arg: FormatArg) -> Self {
        match arg {
            FormatArg::Auto => Self::Auto,
            FormatArg::Text => Self::Text,
            FormatArg::Json => Self::Json,
            #[cfg(unix)]
            FormatArg::Journal => Self::Journal,
        }
    }
}

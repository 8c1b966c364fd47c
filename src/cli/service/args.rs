//! The command line of `pipeferry service`. What is said, not what it means.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::account::Account;
use super::name::ServiceName;

/// Run as a Windows service: install it, start and stop it, see how it is.
#[derive(Debug, Clone, Args)]
pub struct ServiceArgs {
    #[command(subcommand)]
    pub(super) command: ServiceCommand,
}

#[derive(Debug, Clone, Subcommand)]
pub(super) enum ServiceCommand {
    /// Check the configuration and install a service that starts with the system
    Install(Install),
    /// Stop the service and remove it; configuration, keys and logs stay
    Uninstall(Named),
    /// Start the service and wait until it carries
    Start(Named),
    /// Stop the service and wait until its connections have drained
    Stop(Named),
    /// Show state, process, account, start type and configuration of the service
    Status(Named),
    /// What the system runs; nothing for people
    #[command(hide = true)]
    Run(Run),
}

#[derive(Debug, Clone, Args)]
pub(super) struct Named {
    /// Which service: several may live on one machine
    #[arg(long, value_name = "NAME", default_value = ServiceName::DEFAULT)]
    pub name: ServiceName,
}

#[derive(Debug, Clone, Args)]
pub(super) struct Install {
    #[command(flatten)]
    pub service: Named,
    /// The configuration file [default: %ProgramData%\pipeferry\pipeferry.toml]
    #[arg(short, long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The account that it runs as
    #[arg(long, value_name = "ACCOUNT", default_value = "virtual", ignore_case = true)]
    pub account: Account,
}

#[derive(Debug, Clone, Args)]
pub(super) struct Run {
    #[command(flatten)]
    pub service: Named,
    /// The configuration file
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// The log file
    #[arg(long, value_name = "FILE")]
    pub log: PathBuf,
}

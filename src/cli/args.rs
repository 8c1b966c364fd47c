//! What can be said on the command line. Help, completions and manual page all
//! come from here.

mod bridge;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(super) use self::bridge::{ConnectArgs, RelayArgs};
use super::certs::CertsArgs;
use super::control::args as control;
use super::demo::DemoArgs;
use super::service::ServiceArgs;
use super::top::TopArgs;
use crate::config::System;

/// Carries named pipes across networks.
///
/// Listens on and dials Windows named pipes, Unix sockets, FIFOs, TCP and TLS,
/// and carries each connection both ways: bytes, or whole messages.
#[derive(Debug, Parser)]
#[command(name = "pipeferry", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Addresses: pipe:NAME  unix:PATH  unix:@NAME  fifo:PATH  tcp:HOST:PORT  \
    tls:HOST:PORT  srv:NAME  fd:NAME  stdio:\nExit codes: 0 done or drained; 1 failed while running or cut off; \
    2 bad usage or configuration")]
pub struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run the daemon with the bridges of a configuration file
    Run(RunArgs),
    /// Read a configuration, certificates and keys too, and print what would run or every mistake
    Check(CheckArgs),
    /// Run one bridge from the command line, until Ctrl-C
    Relay(RelayArgs),
    /// Carry standard input and output to an address, for ProxyCommand, WSL and scripts
    Connect(ConnectArgs),
    /// Show the main job on this machine: certificates, two gateways, messages and a file
    Demo(DemoArgs),
    /// Run a small CA: make, issue, revoke and show certificates
    Certs(CertsArgs),
    /// Run as a Windows service: install it, start and stop it, see how it is
    Service(ServiceArgs),
    /// Show what a running daemon does: bridges, certificates, open connections
    Status(control::Status),
    /// Show a running daemon live in the terminal
    Top(TopArgs),
    /// Have a running daemon read its configuration and certificates again
    Reload(control::Reload),
    /// Have a running daemon take no more clients and let the open connections finish
    Drain(control::Drain),
    /// Cut one connection of a running daemon off
    Close(control::Close),
    /// Print the JSON Schema of the configuration
    Schema,
    /// Print completions for a shell
    Completions(CompletionsArgs),
    /// Print the manual page, in roff
    Man,
}

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    #[command(flatten)]
    pub file: ConfigArg,
    /// Take the Unix sockets and the control pipe of a daemon that runs and will be stopped next
    #[cfg(unix)]
    #[arg(long)]
    pub take_over: bool,
    #[command(flatten)]
    pub log: LogArgs,
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    pub file: ConfigArg,
    /// Read it as on this system; for another one, files and accounts are not looked at
    #[arg(long = "for", value_name = "SYSTEM")]
    pub system: Option<SystemArg>,
}

#[derive(Debug, Args)]
pub(super) struct ConfigArg {
    /// The configuration file [default: pipeferry.toml here, else in the system's place]
    #[arg(short, long, value_name = "FILE", env = "PIPEFERRY_CONFIG")]
    pub config: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct LogArgs {
    /// What is logged: a level, or directives such as info,pipeferry::tls=debug
    #[arg(long, value_name = "LEVEL")]
    pub log_level: Option<String>,
    /// The shape of a log line
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<FormatArg>,
}

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum FormatArg {
    Auto,
    Text,
    Json,
    #[cfg(unix)]
    Journal,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum SystemArg {
    Unix,
    Windows,
}

impl From<SystemArg> for System {
    fn from(arg: SystemArg) -> Self {
        match arg {
            SystemArg::Unix => Self::Unix,
            SystemArg::Windows => Self::Windows,
        }
    }
}

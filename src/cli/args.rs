//! What can be said on the command line. Help, completions and manual page all
//! come from here.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::certs::CertsArgs;
use super::control::args as control;
use super::demo::DemoArgs;
use super::duration::{duration, size};
use super::service::ServiceArgs;
use super::top::TopArgs;
use crate::config::{CommandLine, IdentityFlags, Mode, System};

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
pub(super) struct RelayArgs {
    /// Where clients come: an address with its options, e.g. 'pipe:orders,permissions=0660'
    pub listen: String,
    /// What is dialled for each of them, e.g. 'tls:win01.example.com:7443,identity=gateway'
    pub connect: String,
    #[command(flatten)]
    pub carry: CarryArgs,
    /// Carry one connection, then leave
    #[arg(long)]
    pub once: bool,
    /// The most connections at a time; more wait
    #[arg(long, value_name = "N", value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=1_000_000))]
    pub max_connections: Option<usize>,
    /// How long open connections may go on after the first stop signal
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "30s")]
    pub drain_timeout: Duration,
    #[command(flatten)]
    pub log: LogArgs,
}

#[derive(Debug, Args)]
pub(super) struct ConnectArgs {
    /// What is dialled, e.g. pipe:docker_engine or 'tls:host:7443,server_name=win01'
    pub address: String,
    #[command(flatten)]
    pub carry: CarryArgs,
    /// The framing of messages on standard input and output
    #[arg(long, value_name = "FRAMING", default_value = "u32be")]
    pub framing: String,
    #[command(flatten)]
    pub log: LogArgs,
}

/// How a bridge of the command line carries.
#[derive(Debug, Args)]
pub(super) struct CarryArgs {
    /// A stream of bytes, or whole messages
    #[arg(long, value_name = "MODE", default_value = "byte")]
    pub mode: ModeArg,
    /// The longest message
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub max_message: Option<u32>,
    /// Limit of the dial with its TLS handshake [default: 10s]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub connect_timeout: Option<Duration>,
    /// Limit of the client's TLS handshake [default: 10s]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub handshake_timeout: Option<Duration>,
    /// End a connection when no byte moves for so long [default: off]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub idle_timeout: Option<Duration>,
    /// After one direction has ended: limit without a byte in the other [default: 60s]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub half_close_timeout: Option<Duration>,
    /// The longest life of a connection [default: off]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub max_lifetime: Option<Duration>,
    /// The path of pipes' sockets, with {name} in it
    #[arg(long, value_name = "PATH")]
    pub pipe_path: Option<String>,
    /// A configuration file whose identities the ends may name
    #[arg(short, long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[command(flatten)]
    pub identity: IdentityArgs,
}

/// The identity of a TLS end that names none.
#[derive(Debug, Args)]
#[command(next_help_heading = "Identity of a tls: end that names none")]
pub(super) struct IdentityArgs {
    /// Certificate chain in PEM, leaf first
    #[arg(long, value_name = "FILE")]
    pub cert: Option<String>,
    /// Private key in PEM
    #[arg(long, value_name = "FILE")]
    pub key: Option<String>,
    /// PKCS#12 file, in place of --cert and --key
    #[arg(long, value_name = "FILE")]
    pub pkcs12: Option<String>,
    /// File with the PKCS#12 password
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<String>,
    /// CA bundle in PEM, or "system"
    #[arg(long, value_name = "FILE")]
    pub trust: Option<String>,
    /// Revocation list
    #[arg(long, value_name = "FILE")]
    pub crl: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum ModeArg {
    Byte,
    Message,
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

impl CarryArgs {
    /// As the configuration layer takes it.
    pub fn command_line(&self) -> CommandLine {
        let mode = match self.mode {
            ModeArg::Byte => Mode::Byte,
            ModeArg::Message => Mode::Message,
        };
        let identity = &self.identity;
        CommandLine {
            mode: Some(mode),
            max_message: self.max_message,
            max_connections: None,
            connect_timeout: self.connect_timeout,
            handshake_timeout: self.handshake_timeout,
            idle_timeout: self.idle_timeout,
            half_close_timeout: self.half_close_timeout,
            max_lifetime: self.max_lifetime,
            pipe_path: self.pipe_path.clone(),
            config: self.config.clone(),
            identity: IdentityFlags {
                cert: identity.cert.clone(),
                key: identity.key.clone(),
                pkcs12: identity.pkcs12.clone(),
                password_file: identity.password_file.clone(),
                trust: identity.trust.clone(),
                crl: identity.crl.clone(),
            },
        }
    }
}

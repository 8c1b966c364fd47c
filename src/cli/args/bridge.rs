//! One bridge that is said on the command line: `relay` and `connect`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::LogArgs;
use crate::cli::duration::{duration, size};
use crate::config::{CommandLine, IdentityFlags, Mode};

#[derive(Debug, Args)]
pub(in crate::cli) struct RelayArgs {
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
pub(in crate::cli) struct ConnectArgs {
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
pub(in crate::cli) struct CarryArgs {
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
pub(in crate::cli) struct IdentityArgs {
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

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(in crate::cli) enum ModeArg {
    Byte,
    Message,
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

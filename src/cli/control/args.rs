//! What the commands that talk to a running daemon can be told.

use std::path::PathBuf;

use clap::Args;

use crate::config::parse_local_pipe;

/// Which daemon is meant.
#[derive(Debug, Args)]
pub struct Daemon {
    /// The daemon's configuration, which names its control pipe [default: as `run` finds it]
    #[arg(short, long, value_name = "FILE", env = "PIPEFERRY_CONFIG")]
    pub config: Option<PathBuf>,
    /// The name of its control pipe, in place of `control` in the configuration
    #[arg(long, value_name = "NAME", value_parser = pipe_name)]
    pub control: Option<String>,
}

#[derive(Debug, Args)]
pub struct Status {
    #[command(flatten)]
    pub daemon: Daemon,
    /// All of it as JSON, for scripts
    #[arg(long)]
    pub json: bool,
    /// Show so many of the open connections, the newest first
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub connections: usize,
}

#[derive(Debug, Args)]
pub struct Reload {
    #[command(flatten)]
    pub daemon: Daemon,
}

#[derive(Debug, Args)]
pub struct Drain {
    /// Only this bridge [default: all]
    pub bridge: Option<String>,
    #[command(flatten)]
    pub daemon: Daemon,
    /// Do not wait until the connections have ended
    #[arg(long)]
    pub no_wait: bool,
}

#[derive(Debug, Args)]
pub struct Close {
    /// The connection, as `status` and the log name it
    pub id: String,
    #[command(flatten)]
    pub daemon: Daemon,
}

fn pipe_name(text: &str) -> Result<String, String> {
    parse_local_pipe(text).map(|name| name.to_string()).map_err(|fault| fault.message)
}

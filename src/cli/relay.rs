//! `pipeferry relay`: one bridge from the command line.

use std::process::ExitCode;

use super::Failure;
use super::args::RelayArgs;
use super::{forward, run};
use crate::config::{CommandLine, Surroundings, from_addresses};
use crate::gateway::Launch;

/// Carries until Ctrl-C, or with `--once` until one connection has ended.
pub(super) fn run(args: &RelayArgs) -> Result<ExitCode, Failure> {
    run::take_handed()?;
    let surroundings = Surroundings::of_this_process();
    let max_connections = if args.once { Some(1) } else { args.max_connections };
    let given = CommandLine { max_connections, ..args.carry.command_line() };
    let mut config = from_addresses(&args.listen, &args.connect, &given, &surroundings)?;
    config.drain_timeout = args.drain_timeout;
    run::apply(&args.log, &mut config)?;
    // Standard input and output come once, so that bridge carries one.
    let ends = [&args.listen, &args.connect];
    let once = args.once || ends.iter().any(|end| end.starts_with("stdio:"));
    if once { forward::once(&config) } else { forward::serve(&config, None, Launch::default) }
}

//! `pipeferry relay`: one bridge from the command line.

use std::process::ExitCode;

use super::Failure;
use super::args::RelayArgs;
use super::forward::{Read, all_of, look_again};
use super::{forward, run};
use crate::config::{CommandLine, Surroundings, from_addresses};
use crate::gateway::Launch;

/// Carries until Ctrl-C, or with `--once` until one connection has ended.
pub(super) fn run(args: &RelayArgs) -> Result<ExitCode, Failure> {
    run::take_handed()?;
    let surroundings = Surroundings::of_this_process();
    let max_connections = if args.once { Some(1) } else { args.max_connections };
    let given = CommandLine { max_connections, ..args.carry.command_line() };
    let ends = (args.listen.as_str(), args.connect.as_str());
    let look_again = || look_again(ends, &given, &surroundings);
    let read = from_addresses(ends.0, ends.1, &given, &surroundings);
    let mut config = read.or_else(|wrong| all_of(wrong, look_again()))?;
    config.drain_timeout = args.drain_timeout;
    run::apply(&args.log, &mut config)?;
    // Standard input and output come once, so that bridge carries one.
    let once = args.once || [ends.0, ends.1].iter().any(|end| end.starts_with("stdio:"));
    let read = Read { config: &config, look_again: &look_again };
    if once { forward::once(&read) } else { forward::serve(&read, None, Launch::default) }
}

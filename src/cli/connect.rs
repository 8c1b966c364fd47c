//! `pipeferry connect`: standard input and output to an address.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;

use super::Failure;
use super::args::ConnectArgs;
use super::forward::{Read, all_of, look_again};
use super::{forward, run};
use crate::config::{CommandLine, Surroundings, from_addresses};

/// A person at a terminal sees that the other side has left, and need not end
/// their input for that.
const AT_A_TERMINAL: Duration = Duration::from_secs(1);

/// Carries until both directions have ended.
pub(super) fn run(args: &ConnectArgs) -> Result<ExitCode, Failure> {
    let surroundings = Surroundings::of_this_process();
    let mut given = args.carry.command_line();
    if given.half_close_timeout.is_none() && std::io::stdin().is_terminal() {
        given.half_close_timeout = Some(AT_A_TERMINAL);
    }
    let listen = listen(&given, &args.framing);
    let ends = (listen.as_str(), args.address.as_str());
    let look_again = || look_again(ends, &given, &surroundings);
    let read = from_addresses(ends.0, ends.1, &given, &surroundings);
    let mut config = read.or_else(|wrong| all_of(wrong, look_again()))?;
    // Only what goes wrong; the caller reads standard error too.
    config.log.level = "error".to_owned();
    run::apply(&args.log, &mut config)?;
    forward::once(&Read { config: &config, look_again: &look_again })
}

fn listen(given: &CommandLine, framing: &str) -> String {
    match given.mode {
        Some(crate::config::Mode::Message) => format!("stdio:,framing={framing}"),
        _ => "stdio:".to_owned(),
    }
}

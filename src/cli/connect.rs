//! `pipeferry connect`: standard input and output to an address.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;

use super::Failure;
use super::args::ConnectArgs;
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
    let mut config = from_addresses(&listen, &args.address, &given, &surroundings)?;
    // Only what goes wrong; the caller reads standard error too.
    config.log.level = "error".to_owned();
    run::apply(&args.log, &mut config)?;
    forward::once(&config)
}

fn listen(given: &CommandLine, framing: &str) -> String {
    match given.mode {
        Some(crate::config::Mode::Message) => format!("stdio:,framing={framing}"),
        _ => "stdio:".to_owned(),
    }
}

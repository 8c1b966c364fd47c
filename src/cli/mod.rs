//! The command line: what was said, and what is printed.
//!
//! Nothing else in the program prints, and nothing in here knows how a
//! connection is carried. Exit codes: 0 done or drained; 1 failed while running
//! or cut off; 2 bad usage or configuration.

mod args;
pub mod certs;
mod check;
mod completions;
mod connect;
mod control;
pub mod demo;
mod duration;
mod failure;
mod forward;
mod log_end;
mod man;
mod print;
mod relay;
mod run;
mod schema;
pub mod service;
mod table;
mod top;

use std::process::ExitCode;

use clap::Parser;

pub use self::args::Cli;
use self::args::Command;
pub use self::failure::Failure;
use self::print::{Output, print};

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    // clap prints its own usage errors, and leaves with 2.
    let cli = Cli::parse();
    match dispatch(cli) {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

fn dispatch(cli: Cli) -> Result<ExitCode, Failure> {
    match cli.command {
        Command::Run(args) => run::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Relay(args) => relay::run(&args),
        Command::Connect(args) => connect::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Certs(args) => certs::run(&args, &mut Output::lock())
            .map(|()| ExitCode::SUCCESS)
            .map_err(|error| Failure::from_certs(&error)),
        Command::Service(args) => service::run(&args),
        Command::Status(args) => control::status(&args),
        Command::Top(args) => top::top(args),
        Command::Reload(args) => control::reload(&args),
        Command::Drain(args) => control::drain(&args),
        Command::Close(args) => control::close(&args),
        Command::Schema => schema::run(),
        Command::Completions(args) => completions::run(&args),
        Command::Man => man::run(),
    }
}

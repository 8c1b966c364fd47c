//! `pipeferry service`: the daemon as a Windows service.
//!
//! A service that `install` did not make is never touched: [`command_line`]
//! knows ours again. On other systems the command says what to use there.

#[cfg_attr(not(windows), allow(dead_code))]
mod account;
mod args;
#[cfg(any(windows, test))]
mod command_line;
#[cfg(any(windows, test))]
mod folders;
#[cfg(any(windows, test))]
mod log_tail;
mod name;
#[cfg(windows)]
mod windows;

#[cfg(test)]
mod tests;

use std::process::ExitCode;

pub use self::args::ServiceArgs;
use super::Failure;

/// Does what is asked.
#[cfg(windows)]
pub(super) fn run(args: &ServiceArgs) -> Result<ExitCode, Failure> {
    use self::args::ServiceCommand;
    match &args.command {
        ServiceCommand::Install(args) => windows::install(args),
        ServiceCommand::Uninstall(args) => windows::uninstall(&args.name),
        ServiceCommand::Start(args) => windows::start(&args.name),
        ServiceCommand::Stop(args) => windows::stop(&args.name),
        ServiceCommand::Status(args) => windows::status(&args.name),
        ServiceCommand::Run(args) => windows::run(args),
    }
}

/// Says that it cannot be done here.
#[cfg(not(windows))]
pub(super) fn run(_: &ServiceArgs) -> Result<ExitCode, Failure> {
    Err(Failure::usage(
        "error: `pipeferry service` needs Windows\n  because a service of Windows is what it \
         installs and runs\n  hint: with systemd use the unit deploy/pipeferry.service, elsewhere \
         `pipeferry run`",
    ))
}

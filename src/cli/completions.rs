//! `pipeferry completions`: for bash, zsh, fish, PowerShell, elvish.

use std::process::ExitCode;

use clap::CommandFactory;

use super::args::CompletionsArgs;
use super::{Cli, Failure, print};

/// Prints them.
pub(super) fn run(args: &CompletionsArgs) -> Result<ExitCode, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "pipeferry", &mut text);
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

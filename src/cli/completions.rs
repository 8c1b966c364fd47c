//! `pipeferry completions`: for bash, zsh, fish, PowerShell, elvish.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context;
use clap::CommandFactory;

use super::args::CompletionsArgs;
use super::{Cli, Failure};
use crate::cli::output::Output;

/// Prints them.
pub(super) fn run(args: &CompletionsArgs) -> Result<ExitCode, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "pipeferry", &mut text);
    Output::lock().write_all(&text).context("cannot print")?;
    Ok(ExitCode::SUCCESS)
}

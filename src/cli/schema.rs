//! `pipeferry schema`: the JSON Schema of the configuration.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context;

use super::Failure;
use crate::cli::output::Output;
use crate::config;

/// Prints it.
pub(super) fn run() -> Result<ExitCode, Failure> {
    let text =
        serde_json::to_string_pretty(&config::schema()).context("cannot write the schema")?;
    writeln!(Output::lock(), "{text}").context("cannot print")?;
    Ok(ExitCode::SUCCESS)
}

//! `pipeferry schema`: the JSON Schema of the configuration.

use std::process::ExitCode;

use anyhow::Context;

use super::{Failure, print};
use crate::config;

/// Prints it.
pub(super) fn run() -> Result<ExitCode, Failure> {
    let text =
        serde_json::to_string_pretty(&config::schema()).context("cannot write the schema")?;
    print(text + "\n")?;
    Ok(ExitCode::SUCCESS)
}

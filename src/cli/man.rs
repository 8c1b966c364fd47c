//! `pipeferry man`: the manual page.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context;
use clap::CommandFactory;

use super::{Cli, Failure};
use crate::cli::output::Output;

/// Prints one page: the program, then each command.
pub(super) fn run() -> Result<ExitCode, Failure> {
    let mut command = Cli::command();
    command.build();
    let mut text = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut text).context("cannot write the page")?;
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        let man = clap_mangen::Man::new(sub.clone());
        let mut section = Vec::new();
        man.render_description_section(&mut section).context("cannot write the page")?;
        man.render_options_section(&mut section).context("cannot write the page")?;
        let heading = format!(".SH \"PIPEFERRY {}\"\n", sub.get_name().to_uppercase());
        let section = String::from_utf8_lossy(&section).replace(".SH ", ".SS ");
        text.extend_from_slice(heading.as_bytes());
        text.extend_from_slice(section.as_bytes());
    }
    Output::lock().write_all(&text).context("cannot print")?;
    Ok(ExitCode::SUCCESS)
}

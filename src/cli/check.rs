//! `pipeferry check`: what would run, or every mistake.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context;

use super::Failure;
use super::args::CheckArgs;
use super::run;
use crate::cli::output::Output;
use crate::config::{self, Surroundings, System};
use crate::gateway::{Prepared, Source, sandbox};
use crate::telemetry::metrics::Exposition;

/// Reads all of it and prints what would run.
pub(super) fn run(args: &CheckArgs) -> Result<ExitCode, Failure> {
    let mut surroundings = Surroundings::of_this_process();
    if let Some(system) = args.system {
        surroundings.system = system.into();
    }
    let here = surroundings.system == System::here();
    let path = run::path(&args.file, &surroundings)?;
    let source = Source::new(path.clone(), surroundings.clone());
    let config = if here { source.load() } else { config::load(&path, &surroundings) }?;
    let mut text = config::summary(&config, surroundings.system);
    if here {
        let prepared = Prepared::new(&config, &Exposition::local());
        let prepared =
            prepared.map_err(|all| Failure::mistakes(&all.placed(source.look_again())))?;
        text.push_str(&security_descriptors(&prepared));
        text.push_str(&sandbox::describe(&config, &path, &surroundings));
        for warning in prepared.warnings() {
            text.push_str(&format!("warning: {warning}\n"));
        }
    }
    let kind = if here { "" } else { "; files and accounts of that system were not looked at" };
    text.push_str(&format!("{} is right{kind}\n", path.display()));
    Output::lock().write_all(text.as_bytes()).context("cannot print")?;
    Ok(ExitCode::SUCCESS)
}

/// The pipes' security descriptors, as the system reads them back.
fn security_descriptors(prepared: &Prepared) -> String {
    let bridges = prepared.bridges.iter();
    let lines = bridges.filter_map(|bridge| Some((bridge.name(), &bridge.protection()?.sddl)));
    let text: String = lines.map(|(name, sddl)| format!("  {name:<20} {sddl}\n")).collect();
    if text.is_empty() { text } else { format!("\nsecurity descriptors\n{text}") }
}

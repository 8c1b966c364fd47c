//! The demo's certificates, made by the very commands that it shows.

use std::path::Path;

use anyhow::{Context, bail};
use clap::Parser;

use super::folder::CERTS;
use crate::cli::args::{Cli, Command};
use crate::cli::certs;

/// The near gateway's name: the far one lets it in.
pub(super) const NEAR: &str = "near.example";
/// The far gateway's name.
pub(super) const FAR: &str = "far.example";
/// The authority knows it, and no rule lets it in.
pub(super) const STRANGER: &str = "stranger.example";

/// What is typed after `pipeferry certs`, without `--dir certs`.
pub(super) const COMMANDS: [&[&str]; 4] = [
    &["init", "--name", "Demo"],
    &["issue", NEAR, "--client"],
    &["issue", FAR, "--server", "--ip", "127.0.0.1"],
    &["issue", STRANGER, "--client"],
];

/// Runs one of the commands on the authority in `folder`.
pub(super) fn make(folder: &Path, command: &[&str]) -> anyhow::Result<()> {
    let dir = folder.join(CERTS);
    let words = ["pipeferry", "certs"].iter().chain(command).map(|word| (*word).into());
    let cli = Cli::try_parse_from(words.chain(["--dir".into(), dir.into_os_string()]))?;
    let Command::Certs(args) = cli.command else { bail!("`certs` is another command here") };
    let spoken = format!("pipeferry certs {} failed", command.join(" "));
    certs::run(&args, &mut std::io::sink()).context(spoken)
}

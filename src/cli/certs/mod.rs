//! `pipeferry certs`: a small certificate authority for people who have none.
//!
//! One folder holds all of it: `ca.pem` and `ca.key`, `ca.crl`, `index.toml`
//! with every certificate ever issued, and NAME.pem with NAME.key for each.
//! Every change is made under a lock and file by file atomically; a private
//! key is never readable by others, not even for a moment, and nothing that
//! exists is overwritten unless `--force` says so.

mod args;
mod authority;
mod folder;
mod index;
mod init;
mod issue;
mod names;
mod revoke;
mod show;

use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

pub use args::CertsArgs;
use args::CertsCommand;

/// What was asked for cannot be done as asked: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub String);

/// Runs one command and writes its result to `out`.
///
/// # Errors
/// What went wrong, with its causes; [`exit_code`] tells usage from failure.
pub fn run(args: &CertsArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    run_at(args, now, out)
}

/// As [`run`], at another time, in seconds since 1970.
fn run_at(args: &CertsArgs, now: u64, out: &mut dyn Write) -> anyhow::Result<()> {
    match &args.command {
        CertsCommand::Init(init) => init::run(init, now, out),
        CertsCommand::Issue(issue) => issue::run(issue, now, out),
        CertsCommand::Revoke(revoke) => revoke::run(revoke, now, out),
        CertsCommand::Crl(crl) => revoke::renew(crl, now, out),
        CertsCommand::Show(show) => show::run(show, now, out),
    }
}

/// 2 where the command line was to blame, 1 for everything else.
pub fn exit_code(error: &anyhow::Error) -> u8 {
    if error.chain().any(|cause| cause.is::<UsageError>()) { 2 } else { 1 }
}

fn usage(sentence: impl Into<String>) -> anyhow::Error {
    UsageError(sentence.into()).into()
}

/// Seconds in a day.
const DAY: u64 = 86_400;

#[cfg(all(test, unix))]
mod tests;

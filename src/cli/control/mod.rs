//! `pipeferry status`, `reload`, `drain` and `close`: what a person asks of a
//! running daemon.
//!
//! All of it goes over the daemon's control pipe; nothing in here knows how a
//! bridge works.

pub(super) mod args;
mod client;
mod status;
mod table;

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context;

pub(super) use self::args::Daemon;
use self::client::{Client, refused};
pub(super) use self::status::{age, fetch, status};
pub(super) use self::table::plain;
use super::Failure;
use crate::cli::output::Output;
use crate::gateway::Reloaded;
use crate::gateway::control::{Ask, ClosedReply, DrainReply, Progress};

/// Has the daemon read its files again.
pub(super) fn reload(args: &args::Reload) -> Result<ExitCode, Failure> {
    let answer = Client::open(&args.daemon)?.ask::<Reloaded>(&Ask::Reload {}, |_| ())?;
    let reloaded = answer.map_err(|error| {
        refused("the reload was refused, and the old configuration stays", &error)
    })?;
    print(&told(&reloaded))?;
    Ok(ExitCode::SUCCESS)
}

/// What a reload did, in lines.
fn told(reloaded: &Reloaded) -> String {
    let mut text = String::new();
    let lists = [
        ("added", &reloaded.added),
        ("changed", &reloaded.changed),
        ("moved", &reloaded.moved),
        ("removed", &reloaded.removed),
        ("unchanged", &reloaded.unchanged),
        ("certificates", &reloaded.identities),
        ("after a restart", &reloaded.restart),
    ];
    text.push_str("reloaded\n");
    for (what, names) in lists {
        if !names.is_empty() {
            let _ = writeln!(text, "  {what:<16} {}", names.join(", "));
        }
    }
    if reloaded.cut > 0 {
        let _ = writeln!(text, "  {:<16} {} connections", "cut off", reloaded.cut);
    }
    text
}

/// Has one bridge or all take no more clients; waits until those that are here
/// have ended.
pub(super) fn drain(args: &args::Drain) -> Result<ExitCode, Failure> {
    let ask = Ask::Drain { bridge: args.bridge.clone(), wait: !args.no_wait };
    let mut last = None;
    let progress = |now: Progress| {
        if last.replace(now.open) != Some(now.open) {
            // Who does not look at it loses nothing.
            let _ = writeln!(std::io::stderr(), "{} open", now.open);
        }
    };
    let answer = Client::open(&args.daemon)?.ask::<DrainReply>(&ask, progress)?;
    let drained = answer.map_err(|error| refused("nothing was drained", &error))?;
    let mut text = String::new();
    for one in &drained.bridges {
        let name = table::plain(&one.bridge);
        let _ = if args.no_wait {
            writeln!(text, "{name} drains, {} open", one.open)
        } else {
            writeln!(text, "{name} is drained: {} finished, {} cut off", one.finished, one.cut)
        };
    }
    print(&text)?;
    let cut = drained.bridges.iter().any(|one| one.cut > 0);
    Ok(ExitCode::from(u8::from(cut)))
}

/// Cuts one connection off.
pub(super) fn close(args: &args::Close) -> Result<ExitCode, Failure> {
    let ask = Ask::Close { id: args.id.clone() };
    let answer = Client::open(&args.daemon)?.ask::<ClosedReply>(&ask, |_| ())?;
    let closed = answer.map_err(|error| refused("nothing was closed", &error))?;
    let (bridge, client) = (table::plain(&closed.bridge), table::plain(&closed.client));
    print(&format!("{} is closed: bridge {bridge}, client {client}\n", closed.id))?;
    Ok(ExitCode::SUCCESS)
}

fn print(text: &str) -> anyhow::Result<()> {
    Output::lock().write_all(text.as_bytes()).context("cannot print")
}

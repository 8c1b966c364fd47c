//! `pipeferry demo`: the main job, shown on real input in one minute.
//!
//! Two gateways as processes of their own, from files that a person could have
//! written, with a service behind them. It needs nothing but this program and
//! leaves nothing behind, however it ends, unless it was told to; and it never
//! prints a success that it has not checked.

mod admin;
mod args;
mod carry;
mod certificates;
mod client;
mod figures;
mod files;
mod folder;
mod last_words;
mod local;
mod metrics;
mod pipes;
mod processes;
mod proof;
mod refused;
mod screen;
mod service;
mod setting;
mod stopping;
mod story;

use std::fmt::Write as _;
use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use tokio::runtime::Builder;

pub use self::args::DemoArgs;
use self::folder::{Folder, FolderError};

use self::last_words::LastWords;
use self::screen::Screen;
use self::story::Story;
use super::Failure;
use crate::gateway::{OnHangup, StopSignals};

/// Shows it.
pub(super) fn run(args: &DemoArgs) -> Result<ExitCode, Failure> {
    let program = std::env::current_exe().context("cannot find this program's own file")?;
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.context("cannot start the runtime")?;
    runtime.block_on(async {
        // Before there is anything that a signal could leave behind.
        let mut interrupts =
            StopSignals::listen(OnHangup::Stop).context("cannot listen for signals")?;
        let folder = folder(args)?;
        let mut story = Story::new(&folder, Screen::standard(), program);
        show(&mut story, &mut interrupts).await?;
        drop(story);
        folder.leave().context("the demo's folder cannot be removed")?;
        Ok(ExitCode::SUCCESS)
    })
}

/// Why the story was not told to its end.
enum Ending {
    Failed(anyhow::Error),
    Interrupted(&'static str),
}

/// Tells the story, and afterwards stops whatever it has started.
async fn show<W: Write>(
    story: &mut Story<'_, W>,
    interrupts: &mut StopSignals,
) -> Result<(), Failure> {
    let told = tokio::select! {
        told = story.tell() => told.map_err(Ending::Failed),
        stop = interrupts.next_stop(|_| ()) => Err(Ending::Interrupted(stop.name)),
    };
    // While it can still be seen who has ended by itself.
    let last_words = story.gateways.last_words().await;
    story.gateways.stop().await;
    let place = story.screen.where_we_are();
    told.map_err(|ending| {
        Failure::running(&match ending {
            Ending::Interrupted(signal) => anyhow!("the demo was ended by {signal} {place}"),
            Ending::Failed(why) => failed(story, &place, &why, &last_words),
        })
    })
}

/// What, where, why, and what the gateways said.
fn failed<W: Write>(
    story: &Story<'_, W>,
    place: &str,
    why: &anyhow::Error,
    gateways: &[LastWords],
) -> anyhow::Error {
    let mut text = format!("the demo failed {place}");
    for cause in why.chain() {
        let _ = write!(text, "\n  because {cause}");
    }
    for LastWords { name, ended, lines } in gateways {
        let state = ended.map_or_else(|| "runs".to_owned(), |status| format!("ended, {status}"));
        let _ = write!(text, "\n  the {name} gateway ({state}) logged last:");
        for line in lines {
            let _ = write!(text, "\n    {line}");
        }
    }
    if !story.folder.is_kept() {
        text.push_str("\n  hint: with --keep the files and logs stay");
    }
    anyhow!(text)
}

fn folder(args: &DemoArgs) -> Result<Folder, Failure> {
    let keep = args.keep();
    let folder = match args.dir() {
        Ok(Some(path)) => Folder::named(path, keep),
        Ok(None) => Folder::temporary(&std::env::temp_dir(), keep),
        Err([keep, dir]) => {
            let (keep, dir) = (keep.display(), dir.display());
            return Err(Failure::usage(format!(
                "error: --keep {keep} and --dir {dir} name two folders\n  hint: name one of them"
            )));
        }
    };
    folder.map_err(|error| match error {
        FolderError::Unusable { .. } => Failure::running(&anyhow!(error)),
        _ => Failure::usage(format!("error: {error}")),
    })
}

#[cfg(test)]
mod tests;

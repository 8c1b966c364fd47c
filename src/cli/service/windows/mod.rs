//! The commands on the system that has services, and the service itself.

mod control;
mod event_source;
mod folder;
mod host;
mod install;
mod manager;
mod status;
mod uninstall;

pub(super) use self::control::{start, stop};
pub(super) use self::host::run;
pub(super) use self::install::install;
pub(super) use self::status::status;
pub(super) use self::uninstall::uninstall;

use crate::cli::print;

/// Prints a line.
fn say(text: &str) -> anyhow::Result<()> {
    print(format!("{text}\n"))
}

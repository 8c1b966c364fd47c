//! `pipeferry service uninstall`.

use std::process::ExitCode;

use anyhow::Context;
use windows_service::service::{ServiceAccess, ServiceState};

use super::control;
use super::{event_source, manager, say};
use crate::cli::Failure;
use crate::cli::service::name::ServiceName;
use crate::config::Surroundings;

/// Stops the service if it runs, and removes it and its source of events.
pub(in crate::cli::service) fn uninstall(name: &ServiceName) -> Result<ExitCode, Failure> {
    let access = ServiceAccess::QUERY_STATUS | ServiceAccess::STOP | ServiceAccess::DELETE;
    let ours = manager::open(name, access)?;
    let state = ours.service.query_status().map(|status| status.current_state);
    if !matches!(state, Ok(ServiceState::Stopped)) {
        control::stop_and_wait(&ours.service, name)?;
    }
    ours.service.delete().map_err(|error| {
        manager::failure(&format!("cannot remove the service `{name}`"), &error)
    })?;
    event_source::remove(name).context("cannot remove its source of events")?;
    let folder = Surroundings::of_this_process().system_dir;
    say(&format!(
        "removed the service `{name}`; configuration, keys and logs stay in {}",
        folder.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

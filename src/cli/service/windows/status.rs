//! `pipeferry service status`.

use std::process::ExitCode;

use windows_registry::LOCAL_MACHINE;
use windows_service::service::{ServiceAccess, ServiceStartType, ServiceState};

use super::{manager, say};
use crate::cli::Failure;
use crate::cli::service::name::ServiceName;

/// Prints how it is and how it was set up; no rights are needed.
pub(in crate::cli::service) fn status(name: &ServiceName) -> Result<ExitCode, Failure> {
    let ours = manager::open(name, ServiceAccess::QUERY_STATUS)?;
    let status = ours.service.query_status().map_err(|error| {
        manager::failure(&format!("cannot ask how the service `{name}` is"), &error)
    })?;
    let pid = status.process_id.filter(|pid| *pid != 0);
    let account = ours.config.account_name.unwrap_or_else(|| "LocalSystem".into());
    let rows = [
        ("service", name.to_string()),
        ("state", state(status.current_state).to_owned()),
        ("process", pid.map_or_else(|| "none".to_owned(), |pid| pid.to_string())),
        ("account", account.display().to_string()),
        ("start", start(ours.config.start_type, name).to_owned()),
        ("config", ours.command.config.display().to_string()),
        ("log", ours.command.log.display().to_string()),
        ("program", ours.command.program.display().to_string()),
    ];
    for (what, value) in rows {
        say(&format!("{what:<8} {value}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

const fn state(state: ServiceState) -> &'static str {
    match state {
        ServiceState::Stopped => "stopped",
        ServiceState::StartPending => "starting",
        ServiceState::StopPending => "stopping",
        ServiceState::Running => "running",
        ServiceState::ContinuePending | ServiceState::PausePending | ServiceState::Paused => {
            "paused"
        }
    }
}

fn start(kind: ServiceStartType, name: &ServiceName) -> &'static str {
    match kind {
        ServiceStartType::AutoStart if is_delayed(name) => "automatic (delayed)",
        ServiceStartType::AutoStart => "automatic",
        ServiceStartType::Disabled => "disabled",
        _ => "manual",
    }
}

/// Where the manager keeps it.
fn is_delayed(name: &ServiceName) -> bool {
    LOCAL_MACHINE
        .open(format!(r"SYSTEM\CurrentControlSet\Services\{name}"))
        .and_then(|key| key.get_u32("DelayedAutostart"))
        .is_ok_and(|delayed| delayed != 0)
}

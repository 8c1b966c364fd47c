//! `pipeferry service start` and `stop`: until it is so, or why it is not.

use std::process::ExitCode;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::anyhow;
use windows_service::service::{
    Service, ServiceAccess, ServiceExitCode, ServiceState, ServiceStatus,
};
use windows_sys::Win32::Foundation::{ERROR_SERVICE_ALREADY_RUNNING, ERROR_SERVICE_NOT_ACTIVE};

use super::{manager, say};
use crate::cli::Failure;
use crate::cli::service::log_tail;
use crate::cli::service::name::ServiceName;

/// Between two looks at a service. The system can tell of a change, but not
/// of a service that makes no progress.
const LOOK: Duration = Duration::from_millis(200);
/// A service reports progress each second; one that does not for so long hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// Starts it, and waits until it carries.
pub(in crate::cli::service) fn start(name: &ServiceName) -> Result<ExitCode, Failure> {
    let ours = manager::open(name, ServiceAccess::QUERY_STATUS | ServiceAccess::START)?;
    let log = &ours.command.log;
    let before = log_tail::length(log);
    match ours.service.start::<&str>(&[]) {
        Ok(()) => {}
        Err(error) if manager::is(&error, ERROR_SERVICE_ALREADY_RUNNING) => {
            say(&format!("the service `{name}` is running already"))?;
            return Ok(ExitCode::SUCCESS);
        }
        Err(error) => {
            return Err(manager::failure(&format!("cannot start the service `{name}`"), &error));
        }
    }
    let status = wait(&ours.service, name, ServiceState::StartPending)?;
    if status.current_state == ServiceState::Running {
        let pid = status.process_id.map_or_else(String::new, |pid| format!(", process {pid}"));
        say(&format!("the service `{name}` is running{pid}"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let config = ours.command.config.display();
    let why = log_tail::since(log, before).ok().as_deref().and_then(log_tail::last_error);
    let why = why.unwrap_or_else(|| in_words(status.exit_code));
    let error = anyhow!(why).context(format!("the service `{name}` did not start"));
    Err(Failure::running(&error).hint(&format!(
        "`pipeferry check --config \"{config}\"` finds mistakes; the log is {}, and the Event Log \
         has its errors too",
        log.display()
    )))
}

/// Stops it, and waits until it has drained.
pub(in crate::cli::service) fn stop(name: &ServiceName) -> Result<ExitCode, Failure> {
    let ours = manager::open(name, ServiceAccess::QUERY_STATUS | ServiceAccess::STOP)?;
    let log = &ours.command.log;
    let before = log_tail::length(log);
    if !stop_and_wait(&ours.service, name)? {
        say(&format!("the service `{name}` was not running"))?;
        return Ok(ExitCode::SUCCESS);
    }
    if log_tail::since(log, before).is_ok_and(|lines| log_tail::was_cut_off(&lines)) {
        let error = anyhow!("connections were still open at the drain's limit")
            .context(format!("the service `{name}` is stopped, and cut connections off"));
        return Err(Failure::running(&error).hint("`drain_timeout` gives them longer"));
    }
    say(&format!("the service `{name}` is stopped"))?;
    Ok(ExitCode::SUCCESS)
}

/// False if it was not running.
pub(super) fn stop_and_wait(service: &Service, name: &ServiceName) -> Result<bool, Failure> {
    match service.stop() {
        Ok(_) => {}
        Err(error) if manager::is(&error, ERROR_SERVICE_NOT_ACTIVE) => return Ok(false),
        // It is stopping already, or still starting: then it is waited for.
        Err(_) if state(service) == Some(ServiceState::StopPending) => {}
        Err(error) => {
            return Err(manager::failure(&format!("cannot stop the service `{name}`"), &error));
        }
    }
    let status = wait(service, name, ServiceState::StopPending)?;
    if status.current_state == ServiceState::Stopped {
        return Ok(true);
    }
    Err(Failure::running(&anyhow!("the service `{name}` was started again meanwhile")))
}

fn state(service: &Service) -> Option<ServiceState> {
    service.query_status().ok().map(|status| status.current_state)
}

/// Waits while it is in a state that passes, as long as it makes progress.
fn wait(
    service: &Service,
    name: &ServiceName,
    passing: ServiceState,
) -> Result<ServiceStatus, Failure> {
    let mut seen = None;
    let mut progress = Instant::now();
    loop {
        let status = service.query_status().map_err(|error| {
            manager::failure(&format!("cannot ask how the service `{name}` is"), &error)
        })?;
        // A stop that was taken may show as running for a moment.
        let settled = status.current_state != passing
            && !(passing == ServiceState::StopPending
                && status.current_state == ServiceState::Running);
        if settled {
            return Ok(status);
        }
        let now = (status.current_state, status.checkpoint);
        if seen != Some(now) {
            (seen, progress) = (Some(now), Instant::now());
        } else if progress.elapsed() > PATIENCE {
            return Err(hangs(name, &status));
        }
        sleep(LOOK);
    }
}

fn hangs(name: &ServiceName, status: &ServiceStatus) -> Failure {
    let seconds = PATIENCE.as_secs();
    let doing = match status.current_state {
        ServiceState::StartPending => "starting",
        _ => "stopping",
    };
    let error = anyhow!("it has made no progress for {seconds} s")
        .context(format!("the service `{name}` hangs while {doing}"));
    let pid = status.process_id.map_or_else(|| "PID".to_owned(), |pid| pid.to_string());
    Failure::running(&error).hint(&format!("`taskkill /F /PID {pid}` ends it without a drain"))
}

/// The reason as the service manager has it.
fn in_words(code: ServiceExitCode) -> String {
    match code {
        ServiceExitCode::ServiceSpecific(2) => "its configuration has mistakes".to_owned(),
        ServiceExitCode::ServiceSpecific(code) => format!("it ended with code {code}"),
        ServiceExitCode::Win32(0) => "it ended at once".to_owned(),
        ServiceExitCode::Win32(code) => {
            let error = std::io::Error::from_raw_os_error(code.cast_signed());
            let advice = manager::advice(code).map_or_else(String::new, |text| format!("; {text}"));
            format!("{error}{advice}")
        }
    }
}

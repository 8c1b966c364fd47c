//! `pipeferry service install`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, anyhow};
use windows_service::service::{
    Service, ServiceAccess, ServiceAction, ServiceActionType, ServiceErrorControl,
    ServiceFailureActions, ServiceFailureResetPeriod, ServiceInfo, ServiceSidType,
    ServiceStartType, ServiceType,
};
use windows_service::service_manager::{ServiceManager, ServiceManagerAccess};
use windows_sys::Win32::Foundation::ERROR_INVALID_LEVEL;

use super::event_source::{self, Source};
use super::{folder, manager, say};
use crate::cli::Failure;
use crate::cli::service::account::Account;
use crate::cli::service::args::Install;
use crate::cli::service::command_line::arguments;
use crate::cli::service::folders::log_file;
use crate::cli::service::name::ServiceName;
use crate::config::{Config, Surroundings};
use crate::gateway::{self, Prepared};
use crate::telemetry::metrics::Exposition;

const DESCRIPTION: &str = "Carries named pipes across networks.";
/// After a failure the service is started again: soon, then not so soon, then
/// from time to time.
const RESTARTS: [Duration; 3] =
    [Duration::from_secs(5), Duration::from_secs(30), Duration::from_secs(300)];
/// After so long without a failure the first of them is the next.
const FORGIVEN: Duration = Duration::from_secs(24 * 60 * 60);
/// Beyond the drain, for what comes after it.
const AFTER_THE_DRAIN: Duration = Duration::from_secs(10);

/// Checks the configuration, then installs.
pub(in crate::cli::service) fn install(args: &Install) -> Result<ExitCode, Failure> {
    let name = &args.service.name;
    let surroundings = Surroundings::of_this_process();
    let path = config_path(args, &surroundings)?;
    let config = checked(&path, &surroundings)?;

    let access = ServiceManagerAccess::CONNECT | ServiceManagerAccess::CREATE_SERVICE;
    let manager = manager::connect(access)?;
    refuse_taken(&manager, name)?;
    for done in folder::prepare(&surroundings.system_dir, name)? {
        say(&done)?;
    }
    event_source::register(name).context("cannot register a source of events")?;
    let info = info(args, &path, &log_file(&surroundings.system_dir, name))?;
    if let Err(failure) = create(&manager, name, &info, &config) {
        // It is the creation's failure that is told.
        let _ = event_source::remove(name);
        return Err(failure);
    }
    let account = args.account.start_name(name);
    say(&format!("installed the service `{name}`: {account}, {}", path.display()))?;
    if !path.starts_with(&surroundings.system_dir) && args.account != Account::LocalSystem {
        say(&format!(
            "note: {account} must be able to read that file, and the certificates and keys that it \
             names"
        ))?;
    }
    say(&format!("start it with `pipeferry service start{}`", manager::flag(name)))?;
    Ok(ExitCode::SUCCESS)
}

/// Absolute: a service's working directory is the system's.
fn config_path(args: &Install, surroundings: &Surroundings) -> Result<PathBuf, Failure> {
    let default = || surroundings.system_dir.join("pipeferry.toml");
    let path = args.config.clone().unwrap_or_else(default);
    Ok(std::path::absolute(&path)
        .with_context(|| format!("cannot tell where {} is", path.display()))?)
}

/// As `pipeferry check` reads it.
fn checked(path: &Path, surroundings: &Surroundings) -> Result<Config, Failure> {
    let source = gateway::Source::new(path.to_owned(), surroundings.clone());
    let config = source.load()?;
    Prepared::new(&config, &Exposition::local())
        .map_err(|all| Failure::mistakes(&all.placed(source.look_again())))?;
    Ok(config)
}

fn refuse_taken(manager: &ServiceManager, name: &ServiceName) -> Result<(), Failure> {
    let flag = manager::flag(name);
    match manager::look(manager, name)? {
        Some((config, None)) => return Err(manager::not_ours(name, &config)),
        Some((_, Some(command))) => {
            let error = anyhow!("it carries {}", command.config.display())
                .context(format!("the service `{name}` is installed already"));
            return Err(Failure::running(&error).hint(&format!(
                "`pipeferry service uninstall{flag}` first, or give this one another --name"
            )));
        }
        None => {}
    }
    if event_source::look(name) == Source::Another {
        let error = anyhow!("another program reports events as `{name}`");
        return Err(Failure::running(&error).hint("choose another name with --name"));
    }
    Ok(())
}

/// Creates the service and sets it up; leaves none that is set up by halves.
fn create(
    manager: &ServiceManager,
    name: &ServiceName,
    info: &ServiceInfo,
    config: &Config,
) -> Result<(), Failure> {
    let access = ServiceAccess::CHANGE_CONFIG | ServiceAccess::START | ServiceAccess::DELETE;
    let service = manager.create_service(info, access).map_err(|error| {
        manager::failure(&format!("cannot create the service `{name}`"), &error)
    })?;
    if let Err(error) = set_up(&service, config) {
        // It is the first failure that is told.
        let _ = service.delete();
        return Err(manager::failure(&format!("cannot set up the service `{name}`"), &error));
    }
    Ok(())
}

fn info(args: &Install, config: &Path, log: &Path) -> anyhow::Result<ServiceInfo> {
    let name = &args.service.name;
    let label = match name.as_str() {
        ServiceName::DEFAULT => "pipeferry".to_owned(),
        other => format!("pipeferry ({other})"),
    };
    Ok(ServiceInfo {
        name: OsString::from(name.as_str()),
        display_name: label.into(),
        service_type: ServiceType::OWN_PROCESS,
        start_type: ServiceStartType::AutoStart,
        error_control: ServiceErrorControl::Normal,
        // Quoted where it has a space in it, as is each argument.
        executable_path: std::env::current_exe().context("cannot tell where this program is")?,
        launch_arguments: arguments(name, config, log),
        dependencies: Vec::new(),
        account_name: Some(args.account.start_name(name).into()),
        account_password: None,
    })
}

/// The rest of what the manager keeps of a service.
fn set_up(service: &Service, config: &Config) -> windows_service::Result<()> {
    let actions = RESTARTS
        .map(|delay| ServiceAction { action_type: ServiceActionType::Restart, delay })
        .to_vec();
    let actions = ServiceFailureActions {
        reset_period: ServiceFailureResetPeriod::After(FORGIVEN),
        reboot_msg: None,
        command: None,
        actions: Some(actions),
    };
    service.set_description(DESCRIPTION)?;
    service.update_failure_actions(actions)?;
    // Also after a start that failed by itself: a port that is taken yet.
    known(service.set_failure_actions_on_non_crash_failures(true))?;
    known(service.set_delayed_auto_start(true))?;
    // Its own SID in its token under any account: files are given to that one.
    known(service.set_config_service_sid_info(ServiceSidType::Unrestricted))?;
    let drain = config.drain_timeout.saturating_add(AFTER_THE_DRAIN);
    // The crate wants it in 32 bits of milliseconds.
    known(service.set_preshutdown_timeout(drain.min(Duration::from_secs(24 * 60 * 60))))
}

/// What this system has no such setting for stays as it is: Wine.
fn known(set: windows_service::Result<()>) -> windows_service::Result<()> {
    match set {
        Err(error) if manager::is(&error, ERROR_INVALID_LEVEL) => Ok(()),
        other => other,
    }
}

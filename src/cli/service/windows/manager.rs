//! The system's service manager: opening a service of ours, and what its
//! errors mean.

use anyhow::anyhow;
use windows_service::service::{Service, ServiceAccess, ServiceConfig};
use windows_service::service_manager::{ServiceManager, ServiceManagerAccess};
use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_FILE_NOT_FOUND, ERROR_INVALID_SERVICE_ACCOUNT, ERROR_PATH_NOT_FOUND,
    ERROR_SERVICE_DISABLED, ERROR_SERVICE_DOES_NOT_EXIST, ERROR_SERVICE_LOGON_FAILED,
    ERROR_SERVICE_MARKED_FOR_DELETE, ERROR_SERVICE_REQUEST_TIMEOUT,
};

use crate::cli::Failure;
use crate::cli::service::command_line::{OurCommand, recognise};
use crate::cli::service::name::ServiceName;

/// A service that `pipeferry service install` made.
pub(super) struct Ours {
    pub service: Service,
    pub config: ServiceConfig,
    pub command: OurCommand,
}

/// Connects to the manager of this machine.
pub(super) fn connect(access: ServiceManagerAccess) -> Result<ServiceManager, Failure> {
    ServiceManager::local_computer(None::<&str>, access)
        .map_err(|error| failure("cannot reach the service manager", &error))
}

/// Opens a service of ours with `access`; another's is refused.
pub(super) fn open(name: &ServiceName, access: ServiceAccess) -> Result<Ours, Failure> {
    let manager = connect(ServiceManagerAccess::CONNECT)?;
    // Whose it is comes before what may be done with it.
    let Some((config, command)) = look(&manager, name)? else {
        return Err(Failure::running(&anyhow!("there is no service `{name}`"))
            .hint(&format!("make it with `pipeferry service install{}`", flag(name))));
    };
    let command = command.ok_or_else(|| not_ours(name, &config))?;
    let service = manager
        .open_service(name.as_str(), access)
        .map_err(|error| failure(&format!("cannot open the service `{name}`"), &error))?;
    Ok(Ours { service, config, command })
}

/// The service of this name if there is one, and if it is ours what it runs.
pub(super) fn look(
    manager: &ServiceManager,
    name: &ServiceName,
) -> Result<Option<(ServiceConfig, Option<OurCommand>)>, Failure> {
    let service = match manager.open_service(name.as_str(), ServiceAccess::QUERY_CONFIG) {
        Ok(service) => service,
        Err(error) if is(&error, ERROR_SERVICE_DOES_NOT_EXIST) => return Ok(None),
        Err(error) => return Err(failure(&format!("cannot look at the service `{name}`"), &error)),
    };
    let config = service.query_config();
    let config =
        config.map_err(|error| failure(&format!("cannot read how `{name}` is set up"), &error))?;
    let command = recognise(&config.executable_path.to_string_lossy(), name);
    Ok(Some((config, command)))
}

/// The service belongs to another program, and stays as it is.
pub(super) fn not_ours(name: &ServiceName, config: &ServiceConfig) -> Failure {
    let (label, line) = (config.display_name.display(), config.executable_path.display());
    let error = anyhow!("it is \"{label}\", which runs {line}")
        .context(format!("the service `{name}` was not installed by pipeferry"));
    Failure::running(&error).hint("nothing was changed; choose another name with --name")
}

/// ` --name NAME` where it is not the default.
pub(super) fn flag(name: &ServiceName) -> String {
    match name.as_str() {
        ServiceName::DEFAULT => String::new(),
        other => format!(" --name {other}"),
    }
}

/// What failed, why, and what to do where that is known.
pub(super) fn failure(what: &str, error: &windows_service::Error) -> Failure {
    let cause = match error {
        windows_service::Error::Winapi(error) => anyhow!("{error}"),
        other => anyhow!("{other}"),
    };
    let failure = Failure::running(&cause.context(what.to_owned()));
    match code(error).and_then(advice) {
        Some(advice) => failure.hint(advice),
        None => failure,
    }
}

/// Whether the system gave this error.
pub(super) fn is(error: &windows_service::Error, wanted: u32) -> bool {
    code(error) == Some(wanted)
}

fn code(error: &windows_service::Error) -> Option<u32> {
    let windows_service::Error::Winapi(error) = error else { return None };
    error.raw_os_error().map(i32::cast_unsigned)
}

/// <https://learn.microsoft.com/windows/win32/debug/system-error-codes>
pub(super) fn advice(code: u32) -> Option<&'static str> {
    Some(match code {
        ERROR_ACCESS_DENIED => "use a prompt that was opened with \"Run as administrator\"",
        ERROR_SERVICE_MARKED_FOR_DELETE => {
            "the service goes when the last program that looks at it lets go: close services.msc \
             and try again, or restart the machine"
        }
        ERROR_SERVICE_DISABLED => "it is disabled: enable it with `sc config NAME start= auto`",
        ERROR_SERVICE_LOGON_FAILED | ERROR_INVALID_SERVICE_ACCOUNT => {
            "its account may not log on as a service: install it again with another --account"
        }
        ERROR_FILE_NOT_FOUND | ERROR_PATH_NOT_FOUND => {
            "the program is not where it was: install the service again with the one that is"
        }
        ERROR_SERVICE_REQUEST_TIMEOUT => {
            "the program did not begin to talk to the system within 30 s: the Event Log may say why"
        }
        _ => return None,
    })
}

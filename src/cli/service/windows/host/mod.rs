//! `pipeferry service run`: what the system starts.
//!
//! The same daemon as `pipeferry run`; the service manager takes the place of
//! signals, a file and the Event Log that of standard error.

mod life;
mod log;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::anyhow;
use tokio::sync::mpsc;
use windows_service::service::ServiceControl;
use windows_service::service_control_handler::{
    self, ServiceControlHandlerResult, ServiceStatusHandle,
};
use windows_sys::Win32::Foundation::ERROR_FAILED_SERVICE_CONTROLLER_CONNECT;

use self::life::Life;
use super::manager;
use crate::cli::Failure;
use crate::cli::forward::{self, Read};
use crate::cli::service::args::Run;
use crate::cli::service::name::ServiceName;
use crate::config::Surroundings;
use crate::gateway::sandbox::Sandbox;
use crate::gateway::{Launch, Source, Stop, StopSignals};
use crate::sys::windows::service::dispatch;
use crate::telemetry::log::SERVICE;

/// The system kills services 5 s after it has told them of its shutdown
/// (WaitToKillServiceTimeout); before that comes preshutdown, which waits.
const BEFORE_THE_KILL: Option<Duration> = Some(Duration::from_secs(4));

/// The one service of this process.
static HOST: OnceLock<Host> = OnceLock::new();

struct Host {
    name: ServiceName,
    config: PathBuf,
    log: PathBuf,
    life: Life,
    /// A first stop, and a second.
    stop: mpsc::Sender<Stop>,
    reload: mpsc::Sender<&'static str>,
    calls: Mutex<Option<Calls>>,
}

/// What the daemon hears: stops, and reloads.
type Calls = (mpsc::Receiver<Stop>, mpsc::Receiver<&'static str>);

/// Gives this process to the service manager, until the service has stopped.
pub(in crate::cli::service) fn run(args: &Run) -> Result<ExitCode, Failure> {
    let (stop, stops) = mpsc::channel(2);
    // One that waits stands for all that come meanwhile.
    let (reload, reloads) = mpsc::channel(1);
    let name = args.service.name.clone();
    let host = HOST.get_or_init(|| Host {
        name,
        config: args.config.clone(),
        log: args.log.clone(),
        life: Life::default(),
        stop,
        reload,
        calls: Mutex::new(Some((stops, reloads))),
    });
    match dispatch(host.name.as_str(), main) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) if is_no_service(&error) => Err(Failure::usage(format!(
            "error: `pipeferry service run` is for the system to start\n  because {error}\n  \
             hint: `pipeferry service start{}`, or `pipeferry run` for a console",
            manager::flag(&host.name)
        ))),
        Err(error) => Err(anyhow::Error::new(error).context("cannot become a service").into()),
    }
}

fn is_no_service(error: &std::io::Error) -> bool {
    error.raw_os_error() == Some(ERROR_FAILED_SERVICE_CONTROLLER_CONNECT.cast_signed())
}

/// The service's own thread.
fn main() {
    let Some(host) = HOST.get() else { return };
    let handler = |control| match HOST.get() {
        Some(host) => host.answer(control),
        None => ServiceControlHandlerResult::NotImplemented,
    };
    // Without a handle nobody can be told that there is none.
    let Ok(handle) = register(&host.name, handler) else { return };
    host.life.begin(handle);
    let code = serve(host);
    host.life.stopped(code);
}

/// Registers a handler that holds nothing: the crate frees what it holds at the
/// first stop, and while that drains the system may shut down, which is another.
fn register<F>(name: &ServiceName, handler: F) -> windows_service::Result<ServiceStatusHandle>
where
    F: FnMut(ServiceControl) -> ServiceControlHandlerResult + Send + 'static,
{
    const { assert!(size_of::<F>() == 0) };
    service_control_handler::register(name.as_str(), handler)
}

impl Host {
    /// Answers the service manager; at once, on its thread.
    fn answer(&self, control: ServiceControl) -> ServiceControlHandlerResult {
        match control {
            ServiceControl::Stop => self.stop(Stop::named("service stop")),
            ServiceControl::Preshutdown => self.stop(Stop::named("system shutdown")),
            ServiceControl::Shutdown => {
                self.stop(Stop { name: "system shutdown", within: BEFORE_THE_KILL });
            }
            ServiceControl::ParamChange => {
                let _ = self.reload.try_send("PARAMCHANGE");
            }
            ServiceControl::Interrogate => {}
            _ => return ServiceControlHandlerResult::NotImplemented,
        }
        ServiceControlHandlerResult::NoError
    }

    fn stop(&self, stop: Stop) {
        self.life.stopping();
        // A third one has nothing to add.
        let _ = self.stop.try_send(stop);
    }

    fn signals(&self) -> anyhow::Result<StopSignals> {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (stops, reloads) = calls.ok_or_else(|| anyhow!("the service was run twice"))?;
        Ok(StopSignals::asked(stops, reloads))
    }
}

/// From the configuration to the end; 0, or the exit code of a start that
/// failed. A stop that was asked for is never a failure, whatever it cut off:
/// the system would start the service again.
fn serve(host: &Host) -> u8 {
    let name = host.name.as_str();
    let surroundings = Surroundings::of_this_process();
    let file = host.config.clone();
    let source = Source::new(file, surroundings);
    let config = source.load().map_err(Failure::from);
    let level = config.as_ref().map_or("info", |config| &config.log.level);
    let Ok(guard) = log::start(&host.log, &host.name, level) else { return 1 };
    let served = config.and_then(|config| {
        let ready = || {
            host.life.running();
            let (version, config) = (env!("CARGO_PKG_VERSION"), host.config.display());
            tracing::info!(target: SERVICE, version, %config, "the service `{name}` has started");
        };
        let sandbox = Sandbox::enter(&config, Some(&source));
        let again = source.clone();
        let read = Read { config: &config, look_again: &|| again.look_again() };
        let ends = (Some(source), sandbox);
        forward::serve_for(&read, ends, Launch::default(), &guard, || host.signals(), ready)
    });
    match served {
        Ok(finish) => {
            let finish = finish.word();
            tracing::info!(target: SERVICE, finish, "the service `{name}` has stopped");
            0
        }
        Err(failure) => {
            tracing::error!(target: SERVICE, "{}", failure.text());
            failure.code()
        }
    }
}

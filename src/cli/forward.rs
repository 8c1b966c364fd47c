//! Runs bridges: what `run`, `relay` and `connect` have in common.

use std::process::ExitCode;

use anyhow::Context;
use tokio::runtime::{Builder, Runtime};

use super::Failure;
use crate::bridge::Verdict;
use crate::config::Config;
use crate::gateway::sandbox::Sandbox;
use crate::gateway::{Finish, Gateway, Launch, OnHangup, Prepared, Source, StopSignals, carry_one};
use crate::telemetry::Outcome;
use crate::telemetry::log::{self, LogGuard};
use crate::telemetry::metrics::Exposition;

/// Serves until stopped; what comes from a `source` can be reloaded. `launch` is
/// asked once there is a log.
pub(super) fn serve(
    config: &Config,
    source: Option<Source>,
    launch: impl FnOnce() -> Launch,
) -> Result<ExitCode, Failure> {
    let on_hangup = if source.is_some() { OnHangup::Reload } else { OnHangup::Stop };
    // Before the log, which is a thread.
    let sandbox = Sandbox::enter(config, source.as_ref());
    let log = standard_error(config)?;
    let signals = || StopSignals::listen(on_hangup).context("cannot listen for signals");
    let finish = serve_for(config, (source, sandbox), launch(), &log, signals, || ());
    drop(log);
    match finish? {
        Finish::Drained => Ok(ExitCode::SUCCESS),
        Finish::CutOff => Ok(ExitCode::from(1)),
    }
}

/// Serves until one of `signals`, which are made on the runtime; `ready` is
/// called when all listeners are bound.
pub(super) fn serve_for(
    config: &Config,
    (source, sandbox): (Option<Source>, Sandbox),
    launch: Launch,
    log: &LogGuard,
    signals: impl FnOnce() -> anyhow::Result<StopSignals>,
    ready: impl FnOnce(),
) -> Result<Finish, Failure> {
    if source.is_some() {
        sandbox.status().log();
    }
    let (exposition, prepared) = prepare(config, log)?;
    let runtime = runtime(config.threads)?;
    let finish = runtime.block_on(async {
        let signals = signals()?;
        let gateway =
            Gateway::start(config, source, sandbox, prepared, &exposition, launch).await?;
        ready();
        anyhow::Ok(gateway.serve(signals).await)
    });
    end(runtime);
    Ok(finish?)
}

/// Carries one connection; done is success, and anything else is said.
pub(super) fn once(config: &Config) -> Result<ExitCode, Failure> {
    let log = standard_error(config)?;
    let (_exposition, prepared) = prepare(config, &log)?;
    let runtime = runtime(config.threads)?;
    let verdict = runtime.block_on(async {
        let signals = StopSignals::listen(OnHangup::Stop).context("cannot listen for signals")?;
        anyhow::Ok(carry_one(prepared, signals).await?)
    });
    end(runtime);
    drop(log);
    let Some(Verdict { outcome, reason }) = verdict? else { return Ok(ExitCode::SUCCESS) };
    if outcome == Outcome::Done {
        return Ok(ExitCode::SUCCESS);
    }
    let why = reason.map(|why| format!("\n  because {why}")).unwrap_or_default();
    Err(Failure::running(&anyhow::anyhow!("the connection ended as `{outcome}`{why}")))
}

fn standard_error(config: &Config) -> anyhow::Result<LogGuard> {
    log::init(&config.log.level, config.log.format).context("cannot set up the log")
}

fn prepare(config: &Config, log: &LogGuard) -> Result<(Exposition, Prepared), Failure> {
    let exposition = Exposition::install().context("cannot set up the metrics")?;
    exposition.watch_log(log.dropped_lines());
    let prepared = Prepared::new(config, &exposition).map_err(|all| Failure::mistakes(&all))?;
    prepared.log_warnings(|_| true, |_| true);
    prepared.log_admin_warnings();
    raise_descriptor_limit();
    Ok((exposition, prepared))
}

/// What carries connections: so many threads, or as many as processors.
fn runtime(threads: Option<usize>) -> anyhow::Result<Runtime> {
    let mut builder = Builder::new_multi_thread();
    if let Some(threads) = threads {
        builder.worker_threads(threads);
    }
    builder.enable_all().build().context("cannot start the runtime")
}

/// A read of standard input that never returns must not hold the process.
fn end(runtime: Runtime) {
    runtime.shutdown_background();
}

/// Two descriptors a connection: takes what the hard limit allows.
fn raise_descriptor_limit() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};
        let mut limit = getrlimit(Resource::Nofile);
        limit.current = limit.maximum;
        // Then it stays as it was; accept says when that is not enough.
        let _ = setrlimit(Resource::Nofile, limit);
    }
}

//! Runs bridges: what `run`, `relay` and `connect` have in common.

use std::process::ExitCode;

use anyhow::Context;
use tokio::runtime::{Builder, Runtime};

use super::Failure;
use crate::bridge::Verdict;
use crate::config::{
    self, CommandLine, Config, ConfigError, Diagnostics, Surroundings, from_addresses_on,
};
use crate::gateway::sandbox::Sandbox;
use crate::gateway::{
    Finish, Gateway, Launch, OnHangup, Prepared, Source, StopSignals, ThisMachine, carry_one,
};
use crate::telemetry::Outcome;
use crate::telemetry::log::{self, LogGuard};
use crate::telemetry::metrics::Exposition;

/// A configuration that reads well.
pub(super) struct Read<'a> {
    pub config: &'a Config,
    /// Reads it again where something else is wrong with it, to tell all of that
    /// with its places.
    pub look_again: &'a dyn Fn() -> Result<Config, ConfigError>,
}

/// Reads a command line and the file that it names again, for all that is wrong
/// with what they name on this machine.
pub(super) fn look_again(
    (listen, connect): (&str, &str),
    given: &CommandLine,
    surroundings: &Surroundings,
) -> Result<Config, ConfigError> {
    if let Some(file) = &given.config {
        config::can_be_read_again(file)?;
    }
    Ok(from_addresses_on((listen, connect), given, surroundings, &ThisMachine)?)
}

/// The mistakes of a text, with those about this machine if they were found when
/// it was read again.
pub(super) fn all_of(
    wrong: Diagnostics,
    read_again: Result<Config, ConfigError>,
) -> Result<Config, Failure> {
    match read_again {
        Err(ConfigError::Wrong(all)) => Err(all.into()),
        _ => Err(wrong.into()),
    }
}

/// Serves until stopped; what comes from a `source` can be reloaded. `launch` is
/// asked once there is a log.
pub(super) fn serve(
    read: &Read<'_>,
    source: Option<Source>,
    launch: impl FnOnce() -> Launch,
) -> Result<ExitCode, Failure> {
    let config = read.config;
    let on_hangup = if source.is_some() { OnHangup::Reload } else { OnHangup::Stop };
    // Before the log, which is a thread.
    let sandbox = Sandbox::enter(config, source.as_ref());
    let log = standard_error(config)?;
    let signals = || StopSignals::listen(on_hangup).context("cannot listen for signals");
    let finish = serve_for(read, (source, sandbox), launch(), &log, signals, || ());
    drop(log);
    match finish? {
        Finish::Drained => Ok(ExitCode::SUCCESS),
        Finish::CutOff => Ok(ExitCode::from(1)),
    }
}

/// Serves until one of `signals`, which are made on the runtime; `ready` is
/// called when all listeners are bound.
pub(super) fn serve_for(
    read: &Read<'_>,
    (source, sandbox): (Option<Source>, Sandbox),
    launch: Launch,
    log: &LogGuard,
    signals: impl FnOnce() -> anyhow::Result<StopSignals>,
    ready: impl FnOnce(),
) -> Result<Finish, Failure> {
    if source.is_some() {
        sandbox.status().log();
    }
    let (exposition, prepared) = prepare(read, log)?;
    let config = read.config;
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
pub(super) fn once(read: &Read<'_>) -> Result<ExitCode, Failure> {
    let log = standard_error(read.config)?;
    let (_exposition, prepared) = prepare(read, &log)?;
    let runtime = runtime(read.config.threads)?;
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
    let failure = Failure::failed(format!("error: the connection ended as `{outcome}`{why}"));
    Err(match what_to_do(outcome) {
        Some(hint) => failure.hint(hint),
        None => failure,
    })
}

fn what_to_do(outcome: Outcome) -> Option<&'static str> {
    Some(match outcome {
        Outcome::DialFailed => {
            "see whether the service is there and the address right; for tls:, whether --trust and \
             server_name are"
        }
        Outcome::HandshakeFailed => "`--log-level pipeferry::tls=debug` tells more",
        Outcome::Idle => "--idle-timeout allows for longer pauses",
        Outcome::Lifetime => "--max-lifetime allows for longer ones",
        Outcome::HalfClosed => "--half-close-timeout allows for longer pauses",
        Outcome::Oversize => "--max-message allows for longer messages",
        Outcome::BadFrame => "see whether both sides have the same framing",
        _ => return None,
    })
}

fn standard_error(config: &Config) -> anyhow::Result<LogGuard> {
    log::init(&config.log.level, config.log.format).context("cannot set up the log")
}

fn prepare(read: &Read<'_>, log: &LogGuard) -> Result<(Exposition, Prepared), Failure> {
    let exposition = Exposition::install().context("cannot set up the metrics")?;
    exposition.watch_log(log.dropped_lines());
    let prepared = Prepared::new(read.config, &exposition)
        .map_err(|all| Failure::mistakes(&all.placed((read.look_again)())))?;
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

//! A gateway as a process of its own.
//!
//! It is in a process group of its own, so that a Ctrl-C reaches the demo
//! alone, which then stops it; and it is killed if the demo forgets it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::Context;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use super::admin;
use super::folder::{self, Folder};
use super::last_words::{LastWords, last_lines, says_taken};
use super::local::{self, Pipes, Place};
use super::pipes::Pipe;

/// How often readiness is looked at.
const LOOK: Duration = Duration::from_millis(5);
/// On the way out, a gateway that has not stopped by then is killed.
const PATIENCE: Duration = Duration::from_secs(5);

/// A gateway that was killed is gone by then.
const DYING: Duration = Duration::from_millis(100);

/// Which of the two it is, and its files.
#[derive(Debug, Clone, Copy)]
pub(super) struct Role {
    pub name: &'static str,
    config: &'static str,
    log: &'static str,
    pub admin: Pipe,
}

/// In front of it are the clients.
pub(super) const NEAR: Role = Role {
    name: "near",
    config: folder::NEAR_CONFIG,
    log: folder::NEAR_LOG,
    admin: Pipe::NearAdmin,
};
/// Behind it is the service.
pub(super) const FAR: Role =
    Role { name: "far", config: folder::FAR_CONFIG, log: folder::FAR_LOG, admin: Pipe::FarAdmin };

/// A gateway did not become ready.
#[derive(Debug, thiserror::Error)]
#[error("the {name} gateway ended before it was ready: {status}")]
pub(super) struct EndedEarly {
    name: &'static str,
    status: ExitStatus,
    /// Somebody else listens where it wanted to.
    pub address_taken: bool,
}

/// A gateway's process.
#[derive(Debug)]
pub(super) struct Gateway {
    pub role: Role,
    child: Child,
    admin: Place,
    log: PathBuf,
}

impl Gateway {
    /// Starts `program run` with the role's configuration.
    ///
    /// # Errors
    /// When the log or the process cannot be made.
    pub(super) fn start(
        program: &Path,
        role: Role,
        folder: &Folder,
        pipes: &Pipes,
    ) -> anyhow::Result<Self> {
        let (log, admin) = (folder.file(role.log), pipes.place(role.admin));
        let file = File::create(&log).with_context(|| format!("cannot make {}", log.display()))?;
        let mut command = Command::new(program);
        command.arg("run").arg("--config").arg(folder.file(role.config));
        command.args(["--log-format", "text"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file).kill_on_drop(true);
        local::keep_signals_from(&mut command);
        let child = command.spawn();
        let child = child.with_context(|| format!("cannot start {}", program.display()))?;
        Ok(Self { role, child, admin, log })
    }

    /// Waits until `/readyz` says yes; the caller limits the time.
    ///
    /// # Errors
    /// [`EndedEarly`], or the system's.
    pub(super) async fn ready(&mut self) -> anyhow::Result<()> {
        loop {
            if self.is_ready().await == Some(true) {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                let address_taken = last_lines(&self.log).iter().any(|line| says_taken(line));
                let name = self.role.name;
                return Err(EndedEarly { name, status, address_taken }.into());
            }
            sleep(LOOK).await;
        }
    }

    /// Waits until `/readyz` says no; the caller limits the time.
    pub(super) async fn draining(&self) {
        while self.is_ready().await != Some(false) {
            sleep(LOOK).await;
        }
    }

    /// `None` while nobody answers.
    async fn is_ready(&self) -> Option<bool> {
        let answer = admin::get(&self.admin, "/readyz").await.ok()?;
        Some(answer.status == 200)
    }

    /// Its number, while it runs.
    pub(super) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Tells it to drain; nothing if it has ended.
    ///
    /// # Errors
    /// The system's: on Windows there may be no way.
    pub(super) fn ask_to_stop(&self) -> std::io::Result<()> {
        self.pid().map_or(Ok(()), local::ask_to_stop)
    }

    /// Tells it to drain, or ends it where it cannot be told.
    fn terminate(&mut self) {
        if self.ask_to_stop().is_err() {
            // Waiting for it shows whether it has ended.
            let _ = self.child.start_kill();
        }
    }

    /// One that was killed may not be dead yet when its connections are.
    async fn last_words(&mut self) -> LastWords {
        let ended = timeout(DYING, self.child.wait()).await.ok().and_then(Result::ok);
        LastWords { name: self.role.name, ended, lines: last_lines(&self.log) }
    }

    /// Waits for its end; the caller limits the time.
    ///
    /// # Errors
    /// The system's.
    pub(super) async fn ended(&mut self) -> std::io::Result<ExitStatus> {
        self.child.wait().await
    }
}

/// All that runs.
#[derive(Debug, Default)]
pub(super) struct Gateways(Vec<Gateway>);

impl Gateways {
    /// Takes one over.
    pub(super) fn add(&mut self, gateway: Gateway) -> &mut Gateway {
        self.0.push(gateway);
        let last = self.0.len() - 1;
        &mut self.0[last]
    }

    /// Lets go of the last one, which has ended.
    pub(super) fn forget_last(&mut self) {
        self.0.pop();
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Gateway> {
        self.0.iter_mut()
    }

    /// Makes sure that none runs any more.
    pub(super) async fn stop(&mut self) {
        self.iter_mut().for_each(Gateway::terminate);
        let all_ended = async {
            for gateway in &mut self.0 {
                // One that cannot be waited for is not there.
                let _ = gateway.ended().await;
            }
        };
        if timeout(PATIENCE, all_ended).await.is_err() {
            for gateway in &mut self.0 {
                // Nothing is left to try after this.
                let _ = gateway.child.kill().await;
            }
        }
    }

    /// How each is, and what it logged last.
    pub(super) async fn last_words(&mut self) -> Vec<LastWords> {
        let mut all = Vec::new();
        for gateway in self.iter_mut() {
            all.push(gateway.last_words().await);
        }
        all
    }
}

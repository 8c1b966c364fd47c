//! What is said of the sandbox: by `status`, and at the start in the log.

use serde::Serialize;

use crate::config::Sandbox;
use crate::sys::sandbox::{self, Enforced};

/// What the process has given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SandboxStatus {
    /// `on`, `strict`, `off`, or `none`: this system has no such thing.
    pub mode: &'static str,
    /// The version of Landlock that limits files; left out: nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub landlock: Option<u8>,
    /// TCP ports are limited to those of the configuration.
    pub ports: bool,
    /// No signal can reach another process.
    pub signals: bool,
    /// No program that is started gets more rights.
    pub no_new_privs: bool,
    /// The capabilities that are left, by their names.
    pub capabilities: Vec<String>,
    /// What was wanted and cannot be had here, a sentence each.
    pub missing: Vec<String>,
}

impl SandboxStatus {
    /// As the system says now; `enforced` is what Landlock does.
    pub(super) fn of_now(
        sandbox: Sandbox,
        enforced: Option<Enforced>,
        missing: Vec<String>,
    ) -> Self {
        let mode = match sandbox {
            _ if !sandbox::AVAILABLE => "none",
            Sandbox::Off => "off",
            Sandbox::On => "on",
            Sandbox::Strict => "strict",
        };
        Self {
            mode,
            landlock: enforced.map(|enforced| enforced.abi),
            ports: enforced.is_some_and(|enforced| enforced.ports),
            signals: enforced.is_some_and(|enforced| enforced.signals),
            no_new_privs: sandbox::takes_no_new_privileges(),
            capabilities: sandbox::capabilities(),
            missing,
        }
    }

    /// For the log, once.
    pub fn log(&self) {
        if self.mode == "none" {
            tracing::debug!("this system has no sandbox");
            return;
        }
        if self.mode == "off" {
            tracing::info!("no sandbox, as configured");
            return;
        }
        let capabilities = self.capabilities.join(" ");
        let Self { mode, landlock, ports, .. } = self;
        tracing::info!(mode, landlock, ports, capabilities, "sandboxed");
        for what in &self.missing {
            tracing::warn!(what, "the sandbox is not whole");
        }
    }
}

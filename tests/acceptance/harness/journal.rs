//! systemd's journal, the real one, in a mount namespace with a /run of its own.

use std::process::{Command, Stdio};

use serde_json::Value;

use super::eventually;
use super::program::{Program, is_root, piped};

/// A running `systemd-journald`; its memory goes with it.
pub struct Journal {
    daemon: Program,
}

impl Journal {
    pub fn start() -> Self {
        let mut command = Command::new("unshare");
        if !is_root() {
            command.arg("--map-root-user");
        }
        let script = "mount -t tmpfs none /run && mkdir -p /run/log/journal && \
                      exec /lib/systemd/systemd-journald";
        command.args(["--mount", "sh", "-c", script]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let journal = Self { daemon: Program::start(&mut command) };
        eventually("the journal's sockets", || {
            let ready =
                "test -S /run/systemd/journal/socket && test -S /run/systemd/journal/stdout";
            let inside = journal.inside(&["sh", "-c", ready]).status().unwrap();
            inside.success().then_some(())
        });
        journal
    }

    /// A command that sees this journal in the place of the machine's.
    pub fn inside(&self, arguments: &[&str]) -> Command {
        let mut command = piped("nsenter");
        if !is_root() {
            command.args(["--user", "--preserve-credentials"]);
        }
        command.arg("--mount").arg(format!("--target={}", self.daemon.child.id()));
        command.arg("--").args(arguments);
        command
    }

    /// The entries that `journalctl` finds by these matches.
    pub fn find(&self, matches: &[&str]) -> Vec<Value> {
        let told = self.journalctl(&[&["--output=json", "--all"], matches].concat());
        told.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub fn journalctl(&self, arguments: &[&str]) -> String {
        let command = [&["journalctl", "--quiet", "--directory=/run/log/journal"], arguments];
        let output = self.inside(&command.concat()).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }
}

//! Commands that run and end.

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// `pipeferry` with these arguments, not started yet.
pub fn pipeferry(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pipeferry"));
    command.args(arguments).stdin(Stdio::null()).env_remove("RUST_LOG");
    command
}

/// `pipeferry check` on this file.
pub fn check(config: &Path) -> Ran {
    ran(pipeferry(&["check", "--config"]).arg(config))
}

/// What a finished command has said.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

pub fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    told(output)
}

pub fn told(output: Output) -> Ran {
    Ran {
        code: output.status.code().expect("an exit code, not a signal"),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Ran {
    #[track_caller]
    pub fn good(self) -> Self {
        assert_eq!(self.code, 0, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }
}

//! Real programs that a scene starts and ends: Python, openssl, socat, HAProxy,
//! PostgreSQL, Redis.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

/// A program that runs beside the scene and is ended with it.
pub struct Program {
    pub child: Child,
}

impl Program {
    #[track_caller]
    pub fn start(command: &mut Command) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.spawn();
        Self { child: child.unwrap_or_else(|error| panic!("{name}: {error}")) }
    }

    /// Takes the standard output for reading line by line.
    pub fn lines(&mut self) -> BufReader<ChildStdout> {
        BufReader::new(self.child.stdout.take().unwrap())
    }

    pub fn write(&mut self, bytes: &[u8]) {
        let stdin = self.child.stdin.as_mut().unwrap();
        stdin.write_all(bytes).unwrap();
        stdin.flush().unwrap();
    }

    pub fn close_stdin(&mut self) {
        drop(self.child.stdin.take());
    }

    /// All of its output, once it has ended by itself.
    pub fn output(mut self) -> Output {
        let mut stdout = Vec::new();
        let mut stderr = Vec::new();
        if let Some(mut pipe) = self.child.stdout.take() {
            pipe.read_to_end(&mut stdout).unwrap();
        }
        if let Some(mut pipe) = self.child.stderr.take() {
            pipe.read_to_end(&mut stderr).unwrap();
        }
        let status = self.wait();
        Output { status, stdout, stderr }
    }

    pub fn wait(&mut self) -> std::process::ExitStatus {
        super::eventually("a program to end", || self.child.try_wait().unwrap())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command whose three streams are pipes.
pub fn piped(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// One of the Python programs beside the tests.
pub fn python(name: &str, arguments: &[&str]) -> Command {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/programs").join(name);
    let mut command = piped("/usr/bin/python3");
    command.arg(script).args(arguments);
    command
}

/// A program under another account, which needs root (or sudo).
pub fn as_account(uid: u32, gid: u32, groups: &[u32], program: &str) -> Command {
    let mut command = piped(if is_root() { "setpriv" } else { "sudo" });
    if !is_root() {
        command.args(["-n", "setpriv"]);
    }
    command.arg(format!("--reuid={uid}")).arg(format!("--regid={gid}"));
    if groups.is_empty() {
        command.arg("--clear-groups");
    } else {
        let list: Vec<String> = groups.iter().map(u32::to_string).collect();
        command.arg(format!("--groups={}", list.join(",")));
    }
    command.arg(program);
    command
}

pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The first line that fits, read from a program that goes on running.
pub fn await_line(reader: &mut impl BufRead, mut fits: impl FnMut(&str) -> bool) -> String {
    let mut line = String::new();
    loop {
        line.clear();
        assert!(reader.read_line(&mut line).unwrap() > 0, "the program ended before it was ready");
        if fits(&line) {
            return line.trim().to_owned();
        }
    }
}

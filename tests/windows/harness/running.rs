//! A Windows program while it runs: what it has printed, and its end.

use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::{PATIENCE, eventually, within};

/// A program whose standard output and standard error go to one file.
pub struct Running {
    child: Child,
    output: PathBuf,
}

/// One that has ended.
#[derive(Debug)]
pub struct Finished {
    pub code: i32,
    pub said: String,
}

impl Running {
    pub fn start(mut command: Command, output: PathBuf) -> Self {
        let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Self { child, output }
    }

    /// All that it has printed so far.
    pub fn said(&self) -> String {
        let bytes = std::fs::read(&self.output).unwrap_or_default();
        String::from_utf8_lossy(&bytes).replace('\r', "")
    }

    /// Waits until it has printed a whole line that begins so.
    #[track_caller]
    pub fn line(&mut self, start: &str) -> String {
        eventually(&format!("a line {start:?}"), || {
            let over = self.child.try_wait().unwrap();
            let said = self.said();
            let mut whole = said.split_inclusive('\n').filter(|line| line.ends_with('\n'));
            let found = whole.find(|line| line.starts_with(start));
            let found = found.map(|line| line.trim_end().to_owned());
            assert!(found.is_some() || over.is_none(), "it ended without {start:?}: {said}");
            found
        })
    }

    /// Waits for its end.
    #[track_caller]
    pub fn finished(self) -> Finished {
        self.finished_within(PATIENCE)
    }

    /// As `finished`, for a program that has much to do.
    #[track_caller]
    pub fn finished_within(mut self, limit: Duration) -> Finished {
        let ended = within(limit, "a program to end", || self.child.try_wait().unwrap());
        let code = ended.code().expect("an exit code, not a signal");
        Finished { code, said: self.said() }
    }

    /// A signal of Linux' own: SIGINT is a Ctrl-C.
    pub fn signal(&self, signal: Signal) {
        // It may have ended already; the caller looks at how.
        let _ = kill_process(Pid::from_child(&self.child), signal);
    }

    /// Ends it at once, as a crash would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- a program said\n{}\n---", self.said());
        }
    }
}

impl Finished {
    #[track_caller]
    pub fn good(self) -> String {
        assert_eq!(self.code, 0, "{}", self.said);
        self.said
    }
}

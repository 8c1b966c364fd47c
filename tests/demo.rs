//! `pipeferry demo`, the program itself: what it shows, and that it leaves
//! nothing behind however it ends.

#![allow(clippy::unwrap_used)]
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// One run of the demo, in a temporary folder of its own.
struct Run {
    at: TempDir,
    child: Child,
    stdout: BufReader<std::process::ChildStdout>,
    shown: String,
}

impl Run {
    fn start(args: &[&str]) -> Self {
        let at = tempfile::tempdir().unwrap();
        let mut child = demo(at.path(), args).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { at, child, stdout, shown: String::new() }
    }

    /// Reads until a line holds `text`; that line.
    fn until(&mut self, text: &str) -> String {
        loop {
            let mut line = String::new();
            let got = self.stdout.read_line(&mut line).unwrap();
            assert!(got > 0, "no `{text}` in\n{}", self.shown);
            self.shown.push_str(&line);
            if line.contains(text) {
                return line;
            }
        }
    }

    fn signal(&self, signal: Signal) {
        // It may have ended already; the caller looks at how.
        let _ = kill_process(Pid::from_child(&self.child), signal);
    }

    /// Waits for the end; exit code and standard error. Nothing is left.
    fn end(mut self) -> (Option<i32>, String) {
        self.stdout.read_to_string(&mut self.shown).unwrap();
        let output = self.child.wait_with_output().unwrap();
        assert_eq!(std::fs::read_dir(self.at.path()).unwrap().count(), 0, "files are left");
        for pid in processes(&self.shown) {
            assert!(!Path::new("/proc").join(&pid).exists(), "process {pid} is left");
        }
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    }
}

fn demo(temporary: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pipeferry"));
    command.arg("demo").args(args).env("TMPDIR", temporary).current_dir(temporary);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn text(output: &Output) -> [String; 2] {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8(bytes.clone()).unwrap())
}

/// The numbers in `far gateway   process 123, on ...`.
fn processes(shown: &str) -> Vec<String> {
    let numbers = shown.lines().filter_map(|line| line.split_once(" process "));
    let number = |(_, rest): (&str, &str)| rest.split_once(',').map(|(pid, _)| pid.to_owned());
    numbers.filter_map(number).filter(|pid| pid.parse::<u32>().is_ok()).collect()
}

/// Tries until the demo was caught before it was through, which a busy machine
/// may make it be first.
fn caught(attempt: impl Fn() -> (Option<i32>, String)) -> String {
    for _ in 0..10 {
        match attempt() {
            (Some(1), stderr) => return stderr,
            (code, stderr) => assert_eq!((code, stderr.as_str()), (Some(0), "")),
        }
    }
    panic!("it was always through first");
}

#[test]
fn it_shows_the_main_job_and_leaves_nothing_behind() {
    let mut run = Run::start(&[]);
    run.until("1. Make certificates");
    run.until("2. Write near.toml and far.toml");
    run.until("3. Start");
    assert!(run.until("far gateway ").contains("on tls:127.0.0.1:"));
    run.until("4. Carry");
    for size in ["0 B", "1 B", "4 KiB", "64 KiB", "1 MiB", "a file, 8 MiB"] {
        run.until(size);
    }
    run.until("5. Refuse");
    run.until("access_denied");
    run.until("6. Read the metrics");
    run.until("outcome=\"done\"}  0 -> 2");
    run.until("outcome=\"denied\"}  0 -> 1");
    run.until("7. Stop both");
    run.until("far gateway: drained, exit code 0");
    run.until("near gateway: drained, exit code 0");
    run.until("8. Go on by hand");
    assert_eq!(run.end(), (Some(0), String::new()));
}

#[test]
fn its_lines_fit_on_a_terminal_and_have_no_colours_in_a_pipe() {
    let at = tempfile::Builder::new().prefix("d").rand_bytes(3).tempdir_in("/tmp").unwrap();
    let [stdout, _] = text(&demo(at.path(), &[]).output().unwrap());
    assert!(!stdout.contains('\x1b'));
    let program = env!("CARGO_BIN_EXE_pipeferry");
    for line in stdout.lines().filter(|line| !line.contains(program)) {
        assert!(line.len() <= 80 && line.trim_end() == line, "{line}");
    }
}

#[test]
fn digests_are_the_same_in_every_run() {
    let at = tempfile::tempdir().unwrap();
    let digests = || {
        let [stdout, _] = text(&demo(at.path(), &[]).output().unwrap());
        let rows = stdout.lines().filter_map(|line| line.strip_suffix("..."));
        rows.filter_map(|row| row.rsplit(' ').next()).map(str::to_owned).collect::<Vec<_>>()
    };
    let (once, again) = (digests(), digests());
    assert_eq!(once.len(), 6);
    assert_eq!(once, again);
}

#[test]
fn whenever_a_signal_comes_nothing_is_left_behind() {
    let moments = ["client ->", "1. ", "2. ", "far gateway   process", "4. ", "5. ", "6. ", "7. "];
    let signals = [Signal::INT, Signal::TERM, Signal::HUP];
    for (moment, signal) in moments.into_iter().zip(signals.into_iter().cycle()) {
        let mut run = Run::start(&[]);
        run.until(moment);
        run.signal(signal);
        let (code, stderr) = run.end();
        assert!(matches!(code, Some(0 | 1)), "{code:?} at {moment}: {stderr}");
    }
}

#[test]
fn an_interrupted_demo_says_so_and_fails() {
    let stderr = caught(|| {
        let mut run = Run::start(&[]);
        run.until("near gateway  process");
        run.signal(Signal::INT);
        run.end()
    });
    assert!(stderr.starts_with("error: the demo was ended by SIGINT at step "), "{stderr}");
}

#[test]
fn a_gateway_that_dies_half_way_is_told_with_its_last_log_lines() {
    let stderr = caught(|| {
        let mut run = Run::start(&[]);
        run.until("near gateway  process");
        let far = processes(&run.shown).first().unwrap().parse().unwrap();
        // Not reaped before the demo looks, so the number is still its own.
        let _ = kill_process(Pid::from_raw(far).unwrap(), Signal::KILL);
        run.end()
    });
    assert!(stderr.starts_with("error: the demo failed at step "), "{stderr}");
    assert!(stderr.contains("\n  because "), "{stderr}");
    assert!(stderr.contains("the near gateway (runs) logged last:\n    "), "{stderr}");
    assert!(
        stderr.contains("the far gateway (ended, signal: 9 (SIGKILL)) logged last:\n    "),
        "{stderr}"
    );
}

#[test]
fn a_reader_that_leaves_ends_it_tidily() {
    let mut run = Run::start(&[]);
    run.until("1. ");
    let Run { at, mut child, stdout, .. } = run;
    drop(stdout);
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert_eq!(std::fs::read_dir(at.path()).unwrap().count(), 0);
}

#[test]
fn what_is_kept_checks_and_runs() {
    let at = tempfile::tempdir().unwrap();
    let kept = at.path().join("kept");
    let output = demo(at.path(), &["--keep", "--dir", kept.to_str().unwrap()]).output().unwrap();
    let [stdout, stderr] = text(&output);
    assert!(output.status.success(), "{stderr}");
    assert!(stdout.contains(&format!("\n   cd {}\n", kept.display())), "{stdout}");
    for config in ["near.toml", "far.toml"] {
        let mut check = Command::new(env!("CARGO_BIN_EXE_pipeferry"));
        let output = check.args(["check", "-c", config]).current_dir(&kept).output().unwrap();
        assert!(output.status.success(), "{:?}", text(&output));
    }
    let read = |name: &str| std::fs::read(kept.join(name)).unwrap();
    assert!(read("sent.bin") == read("returned.bin"));
}

#[test]
fn a_folder_that_cannot_be_used_is_bad_usage_and_stays_as_it_is() {
    let at = tempfile::tempdir().unwrap();
    let full = at.path().join("full");
    std::fs::create_dir(&full).unwrap();
    std::fs::write(full.join("near.toml"), "theirs").unwrap();
    let refused = |args: &[&str]| {
        let output = demo(at.path(), args).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{:?}", text(&output));
        let [stdout, stderr] = text(&output);
        assert_eq!(stdout, "", "nothing was begun");
        stderr
    };
    assert!(refused(&["--dir", "full"]).contains("is not empty"));
    assert!(refused(&["--keep", "full"]).contains("is not empty"));
    assert!(refused(&["--keep", "one", "--dir", "two"]).contains("name two folders"));
    assert!(refused(&["--dir", &"x".repeat(120)]).contains("too long"));
    assert_eq!(std::fs::read_to_string(full.join("near.toml")).unwrap(), "theirs");
    let left: Vec<PathBuf> =
        std::fs::read_dir(at.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left, [full]);
}

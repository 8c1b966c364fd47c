//! A Windows machine: a Wine prefix of its own, up from boot to drop.
//!
//! Ends what runs in its own prefix and nothing else.

use std::cell::Cell;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::process::{getegid, geteuid};

use super::linux::gateway::completed;
use super::program::Program;
use super::{Gateway, Network, Running, Site, built, names};

const WINE: &str = "/usr/lib/wine/wine64";
const WINESERVER: &str = "/usr/lib/wine/wineserver64";

/// Files of the template above this size are linked, not copied: libraries and
/// tables, which nobody writes to.
const LARGE: u64 = 32 * 1024;

pub struct Machine {
    prefix: PathBuf,
    /// The words before each program, where it is not in the network of all.
    entered: Vec<String>,
    /// Without a program Windows would go down.
    holder: Option<Child>,
    programs: Cell<u32>,
}

impl Machine {
    pub fn boot() -> Self {
        Self::boot_as("-all", Vec::new())
    }

    /// A machine in a network of its own, with that network's name server.
    pub fn boot_in(network: &Network) -> Self {
        let mut words = network.words();
        if !geteuid().is_root() {
            // The programs are ours, with the environment that they are given.
            words.insert(1, "--preserve-env".to_owned());
            words.push(format!("--setuid={}", geteuid().as_raw()));
            words.push(format!("--setgid={}", getegid().as_raw()));
        }
        Self::boot_as("-all", words)
    }

    /// A machine that tells what Wine's debug `channels` of its services say,
    /// by [`Machine::trace`].
    pub fn boot_with(channels: &str) -> Self {
        Self::boot_as(channels, Vec::new())
    }

    fn boot_as(channels: &str, entered: Vec<String>) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let prefix = built::machines().join(format!("{}-{number}", std::process::id()));
        copy(&built::template().canonicalize().unwrap(), &prefix);
        let mut machine = Self { prefix, entered, holder: None, programs: Cell::new(0) };
        machine.switch_on(channels);
        machine
    }

    /// Everything that Windows starts along inherits the streams of the first
    /// program, so that must be one of no interest.
    fn switch_on(&mut self, channels: &str) {
        let mut command = self.command(&built::program("hold_open"));
        command.env("WINEDEBUG", channels);
        let trace = File::create(self.trace_file()).unwrap();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(trace);
        let holder = self.holder.insert(command.spawn().expect("wine64 to start"));
        let mut line = String::new();
        BufReader::new(holder.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "up", "Windows did not come up in {}", self.prefix.display());
    }

    /// What the services have said so far.
    pub fn trace(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.trace_file()).unwrap()).into_owned()
    }

    fn trace_file(&self) -> PathBuf {
        self.prefix.join("trace")
    }

    /// A program with Linux' own files as standard handles; Wine makes the
    /// process that is started the program itself, so a signal reaches it.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = self.wine();
        command.arg(program);
        command
    }

    fn wine(&self) -> Command {
        let mut words = self.entered.iter().map(String::as_str).chain([WINE]);
        let mut command = Command::new(words.next().unwrap());
        command.args(words);
        self.surround(&mut command);
        command
    }

    /// The environment that makes a program one of this machine.
    pub fn surround(&self, command: &mut Command) {
        command.env("WINEPREFIX", &self.prefix).env("HOME", &self.prefix);
        command.env("WINEARCH", "win64").env("WINEDEBUG", "-all");
        command.env("WINEDLLOVERRIDES", "mscoree,mshtml,winemenubuilder.exe=");
        for name in ["DISPLAY", "WAYLAND_DISPLAY", "RUST_LOG"] {
            command.env_remove(name);
        }
    }

    /// Starts a program of ours, or any that takes Linux' files as handles.
    pub fn start(&self, program: &Path, arguments: &[&str]) -> Running {
        let output = self.next_file("out");
        let file = File::create(&output).unwrap();
        let mut command = self.command(program);
        command.args(arguments).stdin(Stdio::null());
        command.stdout(file.try_clone().unwrap()).stderr(file);
        Running::start(command, output)
    }

    /// Starts a program from a batch file, with real Windows files as standard
    /// handles: Python and node take no others.
    pub fn start_from_batch(&self, program: &Path, arguments: &[&str]) -> Running {
        let batch = self.next_file("bat");
        let output = batch.with_extension("out");
        let mut words = vec![names::batch_word(&names::path(program))];
        words.extend(arguments.iter().map(|word| names::batch_word(word)));
        let output_name = names::path(&output);
        let line = format!("@{} < NUL > {output_name} 2>&1\r\n", words.join(" "));
        std::fs::write(&batch, line).unwrap();
        let mut command = self.wine();
        command.args(["cmd", "/c", &names::path(&batch)]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Running::start(command, output)
    }

    pub fn python(&self, name: &str, arguments: &[&str]) -> Running {
        self.script(&built::python(), name, arguments)
    }

    pub fn node(&self, name: &str, arguments: &[&str]) -> Running {
        self.script(&built::node(), name, arguments)
    }

    fn script(&self, program: &Path, name: &str, arguments: &[&str]) -> Running {
        let script = names::path(built::source(name));
        let mut words = vec![script.as_str()];
        words.extend(arguments);
        self.start_from_batch(program, &words)
    }

    /// `pipeferry.exe` with these arguments, not started yet.
    pub fn pipeferry(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(&built::pipeferry());
        command.args(arguments).stdin(Stdio::null());
        command
    }

    /// `pipeferry connect ADDRESS` with its three streams as pipes.
    pub fn connect(&self, address: &str) -> Program {
        let mut command = self.pipeferry(&["connect", address]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Program::start(&mut command)
    }

    /// Writes the configuration into the site, starts the daemon on this
    /// machine and waits until every bridge listens.
    pub fn gateway(&self, site: &Site, file: &str, config: &str) -> Gateway {
        let config = completed(config);
        let path = names::path(site.write(file, &config));
        Gateway::spawn(self.pipeferry(&["run", "--config", &path]), &config)
    }

    /// A gateway of one bridge, `one`; the ends as they stand in the
    /// configuration, `more` its other keys, a line each.
    pub fn bridge(&self, site: &Site, listen: &str, connect: &str, more: &str) -> Gateway {
        let text = format!("[bridge.one]\nlisten = {listen}\nconnect = {connect}\n{more}\n");
        self.gateway(site, "pipeferry.toml", &text)
    }

    /// A file of this machine, by its path below drive C:.
    pub fn drive_c(&self, path: &str) -> PathBuf {
        self.prefix.join("drive_c").join(path)
    }

    fn next_file(&self, extension: &str) -> PathBuf {
        let number = self.programs.get();
        self.programs.set(number + 1);
        self.prefix.join(format!("program-{number}.{extension}"))
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let mut command = Command::new(WINESERVER);
        self.surround(&mut command);
        let _ = command.arg("--kill").stderr(Stdio::null()).status();
        if let Some(mut holder) = self.holder.take() {
            let _ = holder.kill();
            let _ = holder.wait();
        }
        let mut command = Command::new(WINESERVER);
        self.surround(&mut command);
        let _ = command.arg("--wait").stderr(Stdio::null()).status();
        let _ = std::fs::remove_dir_all(&self.prefix);
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (source, made) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            copy(&source, &made);
        } else if kind.is_symlink() {
            let points_to = std::fs::read_link(&source).unwrap();
            std::os::unix::fs::symlink(points_to, made).unwrap();
        } else if entry.metadata().unwrap().len() > LARGE && !is_registry(&source) {
            std::fs::hard_link(&source, &made).unwrap();
        } else {
            std::fs::copy(&source, &made).unwrap();
        }
    }
}

fn is_registry(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "reg")
}

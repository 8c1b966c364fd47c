//! What a configuration is read against: the system, and its folders.
//!
//! It comes in as a parameter, so that a test needs no environment of its own
//! and `check --for windows` can read a Windows configuration anywhere.

use std::ffi::OsString;
use std::path::PathBuf;

/// The kind of system that a configuration is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// Pipes are Unix sockets.
    Unix,
    /// Pipes are named pipes.
    Windows,
}

impl System {
    /// The one that this program was built for.
    pub const fn here() -> Self {
        if cfg!(windows) { Self::Windows } else { Self::Unix }
    }
}

/// Everything outside the text that its meaning depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surroundings {
    /// The system that it is meant for.
    pub system: System,
    /// Where sockets of pipes go that have no `pipe_path`.
    pub runtime_dir: PathBuf,
    /// What paths of the command line are relative to.
    pub working_dir: PathBuf,
    /// Where the system keeps our configuration.
    pub system_dir: PathBuf,
}

impl Surroundings {
    /// Those of this process: its environment, account and working directory.
    pub fn of_this_process() -> Self {
        Self {
            system: System::here(),
            runtime_dir: runtime_dir(|name| std::env::var_os(name), user_id()),
            // A working directory that is gone leaves paths relative; opening
            // them then fails with its own message.
            working_dir: std::env::current_dir().unwrap_or_default(),
            system_dir: system_dir(),
        }
    }

    /// The socket of a pipe when no `pipe_path` says otherwise:
    /// `pipeferry/{name}.sock` under the runtime directory, which systemd may
    /// have made for us alone already.
    pub(crate) fn default_pipe_dir(&self) -> PathBuf {
        if self.runtime_dir.file_name().is_some_and(|name| name == "pipeferry") {
            self.runtime_dir.clone()
        } else {
            self.runtime_dir.join("pipeferry")
        }
    }
}

/// The configuration to use when none is named: `pipeferry.toml` in the working
/// directory, else in the system's place (`/etc/pipeferry`,
/// `%ProgramData%\pipeferry`).
pub fn find(surroundings: &Surroundings) -> Option<PathBuf> {
    [&surroundings.working_dir, &surroundings.system_dir]
        .into_iter()
        .map(|folder| folder.join("pipeferry.toml"))
        .find(|file| file.is_file())
}

/// systemd's own directory for the unit, else the user's, else root's, else
/// one in /tmp that carries the user's number. The listener makes it with mode
/// 0700 and refuses one that belongs to somebody else.
fn runtime_dir(variable: impl Fn(&str) -> Option<OsString>, user: u32) -> PathBuf {
    let absolute = |path: PathBuf| path.is_absolute().then_some(path);
    let of_unit = variable("RUNTIME_DIRECTORY")
        .and_then(|value| std::env::split_paths(&value).next().and_then(absolute));
    let of_user = || variable("XDG_RUNTIME_DIR").map(PathBuf::from).and_then(absolute);
    of_unit.or_else(of_user).unwrap_or_else(|| match user {
        0 => PathBuf::from("/run"),
        user => PathBuf::from(format!("/tmp/pipeferry-{user}")),
    })
}

#[cfg(unix)]
fn user_id() -> u32 {
    rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
fn user_id() -> u32 {
    0
}

#[cfg(not(windows))]
fn system_dir() -> PathBuf {
    PathBuf::from("/etc/pipeferry")
}

#[cfg(windows)]
fn system_dir() -> PathBuf {
    let data = std::env::var_os("ProgramData").unwrap_or_else(|| r"C:\ProgramData".into());
    PathBuf::from(data).join("pipeferry")
}

#[cfg(test)]
mod tests;

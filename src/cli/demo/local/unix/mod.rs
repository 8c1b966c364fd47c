//! Unix: a pipe is a socket in the demo's folder, and its messages are framed.

mod connection;
mod framing;

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Command;

pub(in crate::cli::demo) use self::connection::{
    Listener, Receiver, Sender, admin, end, finish, open,
};
#[cfg(test)]
pub(in crate::cli::demo) use self::framing::receive;
use crate::cli::demo::folder::Folder;
use crate::cli::demo::pipes::Pipe;

/// What a gateway is told to stop with.
pub(in crate::cli::demo) const STOPPED_WITH: &str = "SIGTERM";

/// `sun_path` holds 108 bytes, one of them a NUL (unix(7)).
const LONGEST_SOCKET: usize = 107;

/// The most bytes that the path of the demo's folder may have: the longest of
/// the sockets must be bound in it.
pub(in crate::cli::demo) const LONGEST_FOLDER: Option<usize> =
    Some(LONGEST_SOCKET - "orders-service.sock".len() - 1);

/// Where a pipe is.
pub(in crate::cli::demo) type Place = PathBuf;

/// The pipes of one run: sockets in its folder.
#[derive(Debug)]
pub(in crate::cli::demo) struct Pipes(PathBuf);

impl Pipes {
    /// Those of the run in `folder`.
    pub fn of(folder: &Folder) -> Self {
        Self(folder.path().to_owned())
    }

    /// The name after `pipe:`.
    pub fn name(&self, pipe: Pipe) -> String {
        pipe.plain_name().to_owned()
    }

    /// Where it is.
    pub fn place(&self, pipe: Pipe) -> Place {
        self.0.join(format!("{}.sock", pipe.plain_name()))
    }
}

/// Whether anybody has left a pipe there.
pub(super) async fn is_there(place: &Place) -> bool {
    place.exists()
}

/// Makes a folder that is ours alone.
///
/// # Errors
/// The system's; `AlreadyExists` if it is there.
pub(in crate::cli::demo) fn make_private(folder: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(folder)
}

/// Has the system start a gateway such that a Ctrl-C does not reach it.
pub(in crate::cli::demo) fn keep_signals_from(command: &mut Command) {
    command.process_group(0);
}

/// Tells a gateway that was started so to drain. It is not reaped yet, so that
/// the number is its own.
///
/// # Errors
/// The system's.
pub(in crate::cli::demo) fn ask_to_stop(pid: u32) -> io::Result<()> {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let pid = pid.ok_or(io::ErrorKind::InvalidInput)?;
    Ok(kill_process(pid, Signal::TERM)?)
}

/// What the system says when somebody else listens at an address.
pub(in crate::cli::demo) fn address_taken() -> io::Error {
    rustix::io::Errno::ADDRINUSE.into()
}

/// Where that is done.
pub(in crate::cli::demo) const WHERE_BY_HAND: &str =
    "; the first lines of both files say how to try it";

/// How to go on with a kept folder, for a shell.
pub(in crate::cli::demo) fn by_hand(
    folder: &Path,
    program: &str,
    [far, near]: [&str; 2],
) -> Vec<String> {
    vec![
        format!("cd {}", quoted(folder.as_os_str())),
        format!("{program} run -c {far} & {program} run -c {near} &"),
    ]
}

/// A word as a shell takes it.
pub(in crate::cli::demo) fn quoted(word: &std::ffi::OsStr) -> String {
    let text = Path::new(word).display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+:@%,=".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

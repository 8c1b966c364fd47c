//! Windows: a pipe is a real one, of message type, whose name no other run has:
//! the names of pipes are the whole machine's.

mod connection;

use std::io;
use std::path::Path;

use tokio::process::Command;
use windows_sys::Win32::Networking::WinSock::WSAEADDRINUSE;
use windows_sys::Win32::System::Threading::CREATE_NEW_PROCESS_GROUP;

pub(super) use self::connection::is_there;
pub(in crate::cli::demo) use self::connection::{
    Listener, Receiver, Sender, admin, end, finish, open,
};
use crate::cli::demo::folder::{Folder, random_name};
use crate::cli::demo::pipes::Pipe;
use crate::sys::windows::descriptor::SecurityDescriptor;
use crate::sys::windows::{console, folder, token};

/// What a gateway is told to stop with.
pub(in crate::cli::demo) const STOPPED_WITH: &str = "Ctrl-Break";

/// Pipes do not lie in the folder.
pub(in crate::cli::demo) const LONGEST_FOLDER: Option<usize> = None;

/// Where a pipe is: the name after `pipe:`.
pub(in crate::cli::demo) type Place = String;

/// The pipes of one run.
#[derive(Debug)]
pub(in crate::cli::demo) struct Pipes {
    /// Eight hexadecimal digits that nobody can foresee.
    tag: String,
}

impl Pipes {
    /// Those of the run in `folder`.
    pub fn of(_: &Folder) -> Self {
        let mut tag = random_name();
        tag.truncate(8);
        Self { tag }
    }

    /// A name that is this run's alone.
    pub fn unique(&self, name: &str) -> String {
        format!("{name}-{}", self.tag)
    }

    /// The name after `pipe:`.
    pub fn name(&self, pipe: Pipe) -> String {
        self.unique(pipe.plain_name())
    }

    /// Where it is.
    pub fn place(&self, pipe: Pipe) -> Place {
        self.name(pipe)
    }
}

/// Makes a folder for our account, the system and the administrators alone;
/// what is made in it inherits that.
///
/// # Errors
/// The system's; `AlreadyExists` if it is there.
pub(in crate::cli::demo) fn make_private(path: &Path) -> io::Result<()> {
    let own = token::own().map_err(io::Error::other)?.user;
    let sddl = format!("D:P(A;OICI;FA;;;{own})(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)");
    let descriptor = SecurityDescriptor::from_sddl(&sddl).map_err(io::Error::other)?;
    folder::create(path, &descriptor)
}

/// Has the system start a gateway such that a Ctrl-C does not reach it, and
/// that it can be told to stop without its neighbours.
pub(in crate::cli::demo) fn keep_signals_from(command: &mut Command) {
    command.creation_flags(CREATE_NEW_PROCESS_GROUP);
}

/// Tells a gateway that was started so to drain. Its handle is open, so that
/// the number is its own.
///
/// # Errors
/// The system's, where we have no console that it shares.
pub(in crate::cli::demo) fn ask_to_stop(pid: u32) -> io::Result<()> {
    console::send_ctrl_break(pid)
}

/// What the system says when somebody else listens at an address.
pub(in crate::cli::demo) fn address_taken() -> io::Error {
    io::Error::from_raw_os_error(WSAEADDRINUSE)
}

/// Where that is done.
pub(in crate::cli::demo) const WHERE_BY_HAND: &str =
    ", in two windows of cmd; both files say how to try it";

/// How to go on with a kept folder, for two windows of cmd.
pub(in crate::cli::demo) fn by_hand(
    folder: &Path,
    program: &str,
    configs: [&str; 2],
) -> Vec<String> {
    let run = |config| format!("{program} run -c {}", quoted(folder.join(config).as_os_str()));
    configs.map(run).into()
}

/// A word as cmd takes it; no path has a quotation mark in it.
pub(in crate::cli::demo) fn quoted(word: &std::ffi::OsStr) -> String {
    let text = Path::new(word).display().to_string();
    let plain = |c: char| c.is_alphanumeric() || r"\:/._-+@~".contains(c);
    if !text.is_empty() && text.chars().all(plain) { text } else { format!("\"{text}\"") }
}

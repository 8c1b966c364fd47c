//! Sockets that were handed over by whoever started the process: systemd's
//! socket activation, sd_listen_fds(3).
//!
//! They belong to that manager. They are kept as long as the process lives, so
//! that each can be taken again after a reload; a bridge gets a copy. Nothing
//! here closes the last of them, or removes the file of one.

mod kind;

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::OnceLock;

pub(super) use self::kind::{Kind, kind_of, place_of};
use crate::sys;

/// SD_LISTEN_FDS_START
const FIRST: i32 = 3;
/// More than a service has; systemd itself stops at this number of descriptors.
const MOST: u16 = 4096;
/// What one is called whose name nobody gave.
const UNKNOWN: &str = "unknown";

static HANDED: OnceLock<Handed> = OnceLock::new();

/// Sockets by name.
#[derive(Debug, Default)]
struct Handed(Vec<(String, OwnedFd)>);

/// What LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES say.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    count: u16,
    names: Vec<String>,
}

/// Why what was handed over cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum HandedError {
    /// LISTEN_FDS is no number, or too large.
    #[error("LISTEN_FDS is `{0}`, and not a number from 0 to {MOST}")]
    Count(String),
    /// LISTEN_FDNAMES has another number of names.
    #[error("LISTEN_FDNAMES has {names} names for {count} sockets")]
    Names {
        /// So many.
        names: usize,
        /// And so many sockets.
        count: u16,
    },
    /// A descriptor is not open.
    #[error("LISTEN_FDS says {count}, and not all of them are there: {source}")]
    Gone {
        /// What it says.
        count: u16,
        /// The system's.
        source: io::Error,
    },
}

/// Takes what was handed to this process, the process `pid`, whose environment
/// is `variable`. To be called before the process opens anything.
///
/// # Errors
/// [`HandedError`].
pub fn take_handed(
    variable: impl Fn(&str) -> Option<OsString>,
    pid: u32,
) -> Result<(), HandedError> {
    let Said { count, names } = read(variable, pid)?;
    let taken = sys::inherited::take(FIRST, count);
    let taken = taken.map_err(|source| HandedError::Gone { count, source })?;
    // Only the first call takes any.
    let _ = HANDED.set(Handed(names.into_iter().zip(taken).collect()));
    Ok(())
}

fn read(variable: impl Fn(&str) -> Option<OsString>, pid: u32) -> Result<Said, HandedError> {
    let text = |name| variable(name).map(|value| value.to_string_lossy().into_owned());
    let for_us = text("LISTEN_PID").and_then(|said| said.parse().ok()) == Some(pid);
    let Some(said) = text("LISTEN_FDS").filter(|_| for_us) else { return Ok(Said::default()) };
    let count = said.parse::<u16>().ok().filter(|count| *count <= MOST);
    let Some(count) = count else { return Err(HandedError::Count(said)) };
    let names: Vec<String> = match text("LISTEN_FDNAMES") {
        Some(names) if count > 0 => names.split(':').map(str::to_owned).collect(),
        _ => vec![UNKNOWN.to_owned(); count.into()],
    };
    if names.len() != usize::from(count) {
        return Err(HandedError::Names { names: names.len(), count });
    }
    Ok(Said { count, names })
}

/// The names of all that were handed over, in their order.
pub fn handed_names() -> Vec<String> {
    let handed = HANDED.get().into_iter().flat_map(|handed| &handed.0);
    handed.map(|(name, _)| name.clone()).collect()
}

/// A copy of the one with this name.
///
/// # Errors
/// A sentence that says which there are; the system's.
pub(super) fn copy(name: &str) -> io::Result<OwnedFd> {
    let nothing = Handed::default();
    let handed = HANDED.get().unwrap_or(&nothing);
    let mut fits = handed.0.iter().filter(|(one, _)| one == name);
    match (fits.next(), fits.count()) {
        (Some((_, socket)), 0) => socket.as_fd().try_clone_to_owned(),
        (Some(_), more) => Err(wrong(format!(
            "{} sockets are called so; give each socket unit a `FileDescriptorName=` of its own, \
             with one `Listen...=` in it",
            more + 1
        ))),
        (None, _) => Err(wrong(handed.to_string())),
    }
}

/// What there is, for somebody who looks for something else.
impl fmt::Display for Handed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str(
                "no sockets were handed to this process; it must be started by its socket unit",
            );
        }
        let names: Vec<_> = self.0.iter().map(|(name, _)| format!("`{name}`")).collect();
        write!(f, "no socket of this name was handed over; there is {}", names.join(", "))
    }
}

fn wrong(why: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why.into())
}

#[cfg(test)]
mod tests;

//! What rules are about: files as the kernel tells them apart, and ports.

use std::ffi::CString;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{Mode, OFlags, Stat};
use rustix::io::Errno;
use rustix::process;
use rustix::thread::{self, CapabilitySet};

use super::Reach;

/// A file or folder, whatever its path is: a folder that another one has
/// replaced is another one.
pub fn file_id(path: &Path) -> Option<(u64, u64)> {
    let there = std::fs::metadata(path).ok()?;
    Some((there.dev(), there.ino()))
}

/// What is wanted of a file, as bits of a mode.
fn wanted(reach: Reach) -> u32 {
    match reach {
        Reach::Read => 0o4,
        Reach::Write => 0o2,
        Reach::Make => 0o3,
    }
}

/// Whether the file's mode and owner keep us out, with the capabilities of now;
/// a file that is not there keeps nobody out. Landlock has no say in this.
pub fn is_refused(path: &Path, reach: Reach) -> bool {
    match ask(path, reach) {
        Ok(()) => false,
        // A kernel before 5.8, or a container's filter that does not know it.
        Err(Errno::NOSYS | Errno::PERM) => is_refused_by_mode(path, reach),
        Err(error) => error == Errno::ACCESS,
    }
}

/// Asks the system, by faccessat2(2). The older faccessat(2) will not do, nor
/// whatever falls back on it: it goes by the real user, and for root it counts
/// capabilities that were put aside.
fn ask(path: &Path, reach: Reach) -> Result<(), Errno> {
    let path = CString::new(path.as_os_str().as_bytes()).map_err(|_| Errno::INVAL)?;
    let wanted = libc::c_long::from(wanted(reach));
    let flags = libc::c_long::from(libc::AT_EACCESS);
    let at = libc::c_long::from(libc::AT_FDCWD);
    // SAFETY: the path ends in a NUL and lives as long as the call, which writes
    // nothing.
    let rc = unsafe { libc::syscall(libc::SYS_faccessat2, at, path.as_ptr(), wanted, flags) };
    match rc {
        0 => Ok(()),
        _ => Err(Errno::from_io_error(&io::Error::last_os_error()).unwrap_or(Errno::IO)),
    }
}

/// The same without asking: folders on the way are gone through, and the mode is
/// read. Who is let in by an access list alone is taken for one who is kept out.
fn is_refused_by_mode(path: &Path, reach: Reach) -> bool {
    // It takes no right to the file itself.
    let file = match rustix::fs::open(path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty()) {
        Ok(file) => file,
        Err(error) => return error == Errno::ACCESS,
    };
    let effective = thread::capabilities(None).map(|all| all.effective);
    if effective.is_ok_and(|all| all.contains(CapabilitySet::DAC_OVERRIDE)) {
        return false;
    }
    rustix::fs::fstat(file).is_ok_and(|stat| !Ids::ours().may(&stat, wanted(reach)))
}

/// Who asks.
struct Ids {
    user: u32,
    groups: Vec<u32>,
}

impl Ids {
    fn ours() -> Self {
        let mut groups = vec![process::getegid().as_raw()];
        let more = process::getgroups().unwrap_or_default();
        groups.extend(more.into_iter().map(process::Gid::as_raw));
        Self { user: process::geteuid().as_raw(), groups }
    }

    /// path_resolution(7): the owner has what the owner may do, and not more.
    fn may(&self, of: &Stat, wanted: u32) -> bool {
        let bits = if of.st_uid == self.user {
            of.st_mode >> 6
        } else if self.groups.contains(&of.st_gid) {
            of.st_mode >> 3
        } else {
            of.st_mode
        };
        bits & wanted == wanted
    }
}

/// The lowest port that takes no capability.
pub fn first_free_port() -> u16 {
    let text = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    text.ok().and_then(|text| text.trim().parse().ok()).unwrap_or(1024)
}

#[cfg(test)]
mod tests;

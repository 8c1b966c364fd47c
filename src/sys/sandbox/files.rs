//! What rules are about: files as the kernel tells them apart, and ports.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{Access, AtFlags, CWD, accessat};

use super::Reach;

/// A file or folder, whatever its path is: a folder that another one has
/// replaced is another one.
pub fn file_id(path: &Path) -> Option<(u64, u64)> {
    let there = std::fs::metadata(path).ok()?;
    Some((there.dev(), there.ino()))
}

/// Whether the file's mode and owner keep us out, with the capabilities of now;
/// a file that is not there keeps nobody out. Landlock has no say in this.
pub fn is_refused(path: &Path, reach: Reach) -> bool {
    let access = match reach {
        Reach::Read => Access::READ_OK,
        Reach::Write => Access::WRITE_OK,
        Reach::Make => Access::WRITE_OK | Access::EXEC_OK,
    };
    accessat(CWD, path, access, AtFlags::EACCESS).is_err_and(|why| why == rustix::io::Errno::ACCESS)
}

/// The lowest port that takes no capability.
pub fn first_free_port() -> u16 {
    let text = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    text.ok().and_then(|text| text.trim().parse().ok()).unwrap_or(1024)
}

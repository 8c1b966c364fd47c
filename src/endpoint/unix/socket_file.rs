//! A socket file that is ours to remove.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::folder::FolderLock;

/// Removes the file when dropped, if it is still the one that we made.
#[derive(Debug)]
pub struct SocketFile {
    path: PathBuf,
    made: Made,
}

/// Which file it is. Numbers of inodes are given out again, so the time of
/// birth says whether one with our number is ours, where there is such a time.
#[derive(Debug, PartialEq, Eq)]
struct Made {
    device: u64,
    inode: u64,
    born: Option<SystemTime>,
}

impl Made {
    fn at(path: &Path) -> io::Result<Self> {
        let meta = std::fs::symlink_metadata(path)?;
        Ok(Self { device: meta.dev(), inode: meta.ino(), born: meta.created().ok() })
    }
}

impl SocketFile {
    /// The file that was just bound at `path`.
    pub(super) fn at(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), made: Made::at(path)? })
    }

    /// It has another name now.
    pub(super) fn moved_to(&mut self, path: &Path) {
        path.clone_into(&mut self.path);
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        // Nobody takes the path over between the look and the removal.
        let _lock = FolderLock::when_leaving(&self.path);
        if Made::at(&self.path).is_ok_and(|there| there == self.made) {
            // It may have gone in between; then there is nothing to do.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

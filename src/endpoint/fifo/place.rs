//! Where a FIFO is that is listened on, and whose it must be.

use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::PathBuf;

use rustix::fs::{CWD, FileType, Mode};

use super::open::no_fifo;
use crate::config::FifoListen;
use crate::endpoint::file_rights::FileRights;

/// A path that a FIFO is to be at.
#[derive(Debug)]
pub(super) struct Place {
    pub path: PathBuf,
    rights: FileRights,
}

impl Place {
    /// Looks owner and group up; makes nothing yet.
    ///
    /// # Errors
    /// `NotFound` for an unknown user or group.
    pub fn new(config: &FifoListen) -> io::Result<Self> {
        let rights = FileRights::resolve(&config.file, None)?;
        Ok(Self { path: config.path.clone(), rights })
    }

    /// Makes the FIFO, or takes the one that is there, and gives it the rights
    /// that are configured.
    ///
    /// # Errors
    /// `InvalidInput` if something else is there, `PermissionDenied` if it
    /// belongs to somebody who is not to be trusted with it, else the system's.
    pub fn provide(&self) -> io::Result<()> {
        let ours = Mode::RUSR | Mode::WUSR;
        match rustix::fs::mknodat(CWD, &self.path, FileType::Fifo, ours, 0) {
            Ok(()) => self.rights.apply(&self.path),
            Err(rustix::io::Errno::EXIST) => self.take(),
            Err(error) => Err(error.into()),
        }
    }

    /// Whoever owns a FIFO decides who reads and writes it.
    fn take(&self) -> io::Result<()> {
        let path = std::fs::canonicalize(&self.path)?;
        let there = std::fs::symlink_metadata(&path)?;
        if !there.file_type().is_fifo() {
            return Err(no_fifo());
        }
        let owner = there.uid();
        let trusted = [Some(0), Some(rustix::process::geteuid().as_raw()), self.rights.owner()];
        if !trusted.contains(&Some(owner)) {
            let why = format!(
                "the FIFO that is there belongs to user {owner}, who decides who uses it; \
                 remove it, or name that user as `owner`"
            );
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
        }
        self.rights.apply(&path)
    }
}

//! Owner, group and mode of a socket file or FIFO.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use crate::access::{group_number, user_number};
use crate::config::FileAccess;

/// What a file is to have; what is `None` stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileRights {
    owner: Option<u32>,
    group: Option<u32>,
    mode: Option<u32>,
}

impl FileRights {
    /// Looks the names up.
    ///
    /// # Errors
    /// For an unknown user or group.
    pub fn resolve(access: &FileAccess, default_mode: Option<u32>) -> io::Result<Self> {
        let owner = access.owner.as_deref().map(user_number).transpose();
        let group = access.group.as_deref().map(group_number).transpose();
        Ok(Self {
            owner: owner.map_err(io::Error::other)?,
            group: group.map_err(io::Error::other)?,
            mode: access.permissions.or(default_mode),
        })
    }

    /// The user that the file is to belong to.
    pub fn owner(&self) -> Option<u32> {
        self.owner
    }

    /// Sets what is not so already, in the order that never opens a gap:
    /// nobody gets a right before the owner is the right one.
    ///
    /// # Errors
    /// The system's.
    pub fn apply(&self, path: &Path) -> io::Result<()> {
        if self.are_those_of(path)? {
            return Ok(());
        }
        if let Some(mode) = self.mode {
            std::fs::set_permissions(path, Permissions::from_mode(mode & 0o600))?;
        }
        if self.owner.is_some() || self.group.is_some() {
            std::os::unix::fs::lchown(path, self.owner, self.group)?;
        }
        if let Some(mode) = self.mode {
            std::fs::set_permissions(path, Permissions::from_mode(mode))?;
        }
        Ok(())
    }

    fn are_those_of(&self, path: &Path) -> io::Result<bool> {
        let there = std::fs::symlink_metadata(path)?;
        let is = |wanted: Option<u32>, there: u32| wanted.is_none_or(|wanted| wanted == there);
        Ok(is(self.owner, there.uid())
            && is(self.group, there.gid())
            && is(self.mode, there.mode() & 0o7777))
    }
}

//! Other rights for the file of a socket that is listened on.

use std::io;
use std::path::PathBuf;

use super::listen::{Rights, file_rights};
use crate::config::{FileAccess, Listen, UnixName};
use crate::endpoint::file_rights::FileRights;

/// The rights that a socket's file has, and those that it is to have.
#[derive(Debug)]
pub struct Regrant {
    path: PathBuf,
    old: FileRights,
    new: FileRights,
}

impl Regrant {
    /// From the rights of `old` to those of `new`, which is at the same place;
    /// `None` where they are the same, or there is no such file.
    ///
    /// # Errors
    /// For an unknown user or group.
    pub fn between(old: &Listen, new: &Listen) -> io::Result<Option<Self>> {
        let (Some((path, before)), Some((_, after))) = (file(old), file(new)) else {
            return Ok(None);
        };
        let (was, is) = (file_rights(&before), file_rights(&after));
        if was == is {
            return Ok(None);
        }
        let (old, new) = (resolve(&was, &is.0)?, resolve(&is, &was.0)?);
        Ok(Some(Self { path, old, new }))
    }

    /// Gives the file its new rights.
    ///
    /// # Errors
    /// The system's; a message with the path.
    pub fn apply(&self) -> io::Result<()> {
        self.new.apply(&self.path).map_err(|error| {
            io::Error::new(error.kind(), format!("{}: {error}", self.path.display()))
        })
    }

    /// Gives it back the old ones, as far as that goes.
    pub fn revert(&self) {
        if let Err(error) = self.old.apply(&self.path) {
            let path = self.path.display();
            tracing::warn!(%path, %error, "a socket's file keeps rights that were called off");
        }
    }
}

fn file(listen: &Listen) -> Option<(PathBuf, Rights<'_>)> {
    match listen {
        Listen::Unix(unix) => match &unix.name {
            UnixName::Path(path) => {
                Some((path.clone(), Rights { allow: &unix.allow, file: &unix.file }))
            }
            UnixName::Abstract(_) => None,
        },
        Listen::Pipe(pipe) => {
            let rights = Rights { allow: &pipe.allow, file: &pipe.file };
            Some((pipe.address.socket.clone(), rights))
        }
        _ => None,
    }
}

/// An owner that is no longer written is ourselves again.
fn resolve((access, mode): &(FileAccess, u32), other: &FileAccess) -> io::Result<FileRights> {
    let mut access = access.clone();
    if access.owner.is_none() && other.owner.is_some() {
        access.owner = Some(rustix::process::geteuid().as_raw().to_string());
    }
    if access.group.is_none() && other.group.is_some() {
        access.group = Some(rustix::process::getegid().as_raw().to_string());
    }
    FileRights::resolve(&access, Some(*mode))
}

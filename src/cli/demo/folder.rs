//! The folder that the demo works in, and what it leaves of it: nothing.
//!
//! A folder that somebody else made is emptied of our own files by name; only
//! one that we made goes as a whole. Nothing in here follows a link out of it.

use std::io;
use std::path::{Path, PathBuf};

use ring::rand::{SecureRandom, SystemRandom};

use super::local::{LONGEST_FOLDER, make_private};

/// The authority and what it issued.
pub(super) const CERTS: &str = "certs";
/// The near gateway's configuration.
pub(super) const NEAR_CONFIG: &str = "near.toml";
/// The far gateway's.
pub(super) const FAR_CONFIG: &str = "far.toml";
/// What the near gateway logged.
pub(super) const NEAR_LOG: &str = "near.log";
/// What the far gateway logged.
pub(super) const FAR_LOG: &str = "far.log";
/// The file that is carried.
pub(super) const SENT: &str = "sent.bin";
/// What came back of it.
pub(super) const RETURNED: &str = "returned.bin";

/// All files that the demo or its gateways may leave; on Windows no sockets.
const FILES: [&str; 12] = [
    NEAR_CONFIG,
    FAR_CONFIG,
    NEAR_LOG,
    FAR_LOG,
    "near-admin.sock",
    "far-admin.sock",
    "orders.sock",
    "orders-service.sock",
    "near-control.sock",
    "far-control.sock",
    SENT,
    RETURNED,
];

/// Why there is no folder to work in.
#[derive(Debug, thiserror::Error)]
pub(super) enum FolderError {
    /// It holds something that is not ours.
    #[error("{} is not empty\n  hint: name an empty folder, or one that does not exist yet", .0.display())]
    NotEmpty(PathBuf),
    /// Sockets in it could not be bound.
    #[error("the path {} is too long for the sockets in it\n  hint: name a folder whose path has at most {most} bytes", path.display())]
    TooLong {
        /// The folder.
        path: PathBuf,
        /// The most bytes it may have.
        most: usize,
    },
    /// The system says no.
    #[error("cannot use the folder {}", path.display())]
    Unusable {
        /// The folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// The demo's folder; it goes when this is dropped, unless it is kept.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// We made it, so all of it is ours.
    made: bool,
    keep: bool,
}

impl Folder {
    /// Takes the folder that was named: an empty one, or a new one.
    pub(super) fn named(path: &Path, keep: bool) -> Result<Self, FolderError> {
        let unusable = |source| FolderError::Unusable { path: path.to_owned(), source };
        let path = std::path::absolute(path).map_err(unusable)?;
        check_length(&path)?;
        let made = match make_private(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => false,
            created => created.map(|()| true).map_err(unusable)?,
        };
        if !made && std::fs::read_dir(&path).map_err(unusable)?.next().is_some() {
            return Err(FolderError::NotEmpty(path));
        }
        Ok(Self { path, made, keep })
    }

    /// Makes a new one in the system's folder for such things.
    pub(super) fn temporary(inside: &Path, keep: bool) -> Result<Self, FolderError> {
        let path = inside.join(format!("pipeferry-demo-{}", random_name()));
        check_length(&path)?;
        match make_private(&path) {
            Ok(()) => Ok(Self { path, made: true, keep }),
            Err(source) => Err(FolderError::Unusable { path, source }),
        }
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it stays.
    pub(super) fn is_kept(&self) -> bool {
        self.keep
    }

    /// One of the files above.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Removes what is ours.
    fn clear(&self) -> io::Result<()> {
        if self.made {
            return std::fs::remove_dir_all(&self.path);
        }
        for name in FILES {
            absent_is_fine(std::fs::remove_file(self.file(name)))?;
        }
        absent_is_fine(std::fs::remove_dir_all(self.file(CERTS)))
    }

    /// Removes it now, where a failure can still be told.
    pub(super) fn leave(mut self) -> io::Result<()> {
        let keep = std::mem::replace(&mut self.keep, true);
        if keep { Ok(()) } else { self.clear() }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.keep {
            // On a way out that is an error already; `leave` tells of its own.
            let _ = self.clear();
        }
    }
}

fn check_length(path: &Path) -> Result<(), FolderError> {
    match LONGEST_FOLDER {
        Some(most) if path.as_os_str().len() > most => {
            Err(FolderError::TooLong { path: path.to_owned(), most })
        }
        _ => Ok(()),
    }
}

fn absent_is_fine(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Nobody's yet: sixteen hexadecimal digits. That nobody else takes it is for
/// making it to say.
pub(super) fn random_name() -> String {
    let mut bytes = [0; 8];
    match SystemRandom::new().fill(&mut bytes) {
        Ok(()) => data_encoding::HEXLOWER.encode(&bytes),
        Err(_) => format!("{:016x}", std::process::id()),
    }
}

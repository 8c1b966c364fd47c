//! The folder that a socket file lies in: who owns it, and a lock on it.
//!
//! The lock is flock(2) on the folder itself, so it leaves nothing behind and
//! goes with its descriptor. Anybody who can open the folder can hold it, so
//! nothing here waits for it without a limit, and nothing depends on it alone.

use std::fs::{File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use rustix::fs::FlockOperation;
use tokio::time::{Instant, sleep};

/// Another gateway holds the lock for as long as a bind takes.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(10);
/// Who tidies up cannot wait long: this may be a thread that serves others.
const TRIES_WHEN_LEAVING: u32 = 10;

/// Keeps other gateways from binding or tidying up in a folder.
#[derive(Debug)]
pub(super) struct FolderLock {
    _folder: File,
}

impl FolderLock {
    /// Locks the folder of `path`; `None` if it cannot be opened or locked, or
    /// somebody holds the lock for too long, which are no reasons not to serve.
    pub async fn of(path: &Path) -> Option<Self> {
        let deadline = Instant::now() + LONGEST_WAIT;
        loop {
            match Self::try_of(path) {
                Ok(lock) => return Some(lock),
                Err(error) if is_held(&error) && Instant::now() < deadline => sleep(PAUSE).await,
                Err(error) => {
                    let path = tracing::field::display(path.display());
                    if is_held(&error) {
                        tracing::warn!(path, "another process locks its folder; not waiting on");
                    } else {
                        tracing::debug!(path, %error, "its folder cannot be locked");
                    }
                    return None;
                }
            }
        }
    }

    /// As [`FolderLock::of`], for a few hundredths of a second and without a
    /// runtime.
    pub fn when_leaving(path: &Path) -> Option<Self> {
        for _ in 0..TRIES_WHEN_LEAVING {
            match Self::try_of(path) {
                Err(error) if is_held(&error) => std::thread::sleep(PAUSE / 2),
                result => return result.ok(),
            }
        }
        None
    }

    fn try_of(path: &Path) -> io::Result<Self> {
        let folder = File::open(folder_of(path).unwrap_or(Path::new(".")))?;
        rustix::fs::flock(&folder, FlockOperation::NonBlockingLockExclusive)?;
        Ok(Self { _folder: folder })
    }
}

fn is_held(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
}

fn folder_of(path: &Path) -> Option<&Path> {
    path.parent().filter(|folder| !folder.as_os_str().is_empty())
}

/// Makes the folder that pipes' sockets lie in, open to all for passing
/// through: each socket has its own rights.
///
/// # Errors
/// `PermissionDenied` if somebody else than we or root owns it, who could put
/// a socket of theirs in the place of ours; else the system's.
pub fn make_folder(socket: &Path) -> io::Result<()> {
    let Some(folder) = folder_of(socket) else { return Ok(()) };
    if !folder.exists() {
        std::fs::create_dir_all(folder)?;
        std::fs::set_permissions(folder, Permissions::from_mode(0o755))?;
    }
    let (owner, us) = (std::fs::metadata(folder)?.uid(), rustix::process::geteuid().as_raw());
    // Root may be told to serve in anybody's folder.
    if owner == 0 || owner == us || us == 0 {
        return Ok(());
    }
    let why = format!("its folder {} belongs to user {owner}", folder.display());
    Err(io::Error::new(io::ErrorKind::PermissionDenied, why))
}

//! Unix sockets as ends: whose file it is, who may come, who is there.
//!
//! Mode and owner are set between bind(2) and listen(2): nobody can connect
//! before. A socket file that a dead process left is taken over; one that
//! answers never is. A file is removed at the end only if it is still ours.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FlockOperation};
use socket2::{Domain, SockAddr, Socket, Type};

use crate::access::{Account, Process};
use crate::config::{FileAccess, UnixName};
use crate::sys;

/// Clients that may wait for accept(2); the system caps it (somaxconn).
const BACKLOG: i32 = 1024;

/// A listening Unix socket and its file.
#[derive(Debug)]
pub struct BoundSocket {
    /// The socket: listening, non-blocking.
    pub socket: OwnedFd,
    /// Removes the file when dropped; `None` for an abstract name.
    pub file: Option<SocketFile>,
}

/// A socket file that is ours to remove.
#[derive(Debug)]
pub struct SocketFile {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let ours = std::fs::symlink_metadata(&self.path)
            .is_ok_and(|meta| meta.dev() == self.device && meta.ino() == self.inode);
        if ours {
            // It may have gone in between; then there is nothing to do.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Binds and listens at `name`.
///
/// # Errors
/// `AddrInUse` if a living process listens there or the path is something
/// else than a socket; else the system's.
pub fn bind(
    name: &UnixName,
    kind: Type,
    access: &FileAccess,
    default_mode: Option<u32>,
) -> io::Result<BoundSocket> {
    let socket = Socket::new(Domain::UNIX, kind.nonblocking(), None)?;
    let file = match name {
        UnixName::Abstract(_) => {
            socket.bind(&address(name)?)?;
            None
        }
        UnixName::Path(path) => Some(bind_path(&socket, path, access, default_mode)?),
    };
    socket.listen(BACKLOG)?;
    Ok(BoundSocket { socket: socket.into(), file })
}

fn bind_path(
    socket: &Socket,
    path: &Path,
    access: &FileAccess,
    default_mode: Option<u32>,
) -> io::Result<SocketFile> {
    let _lock = lock_folder(path)?;
    clear_stale(path)?;
    socket.bind(&SockAddr::unix(path)?)?;
    let meta = std::fs::symlink_metadata(path)?;
    let file = SocketFile { path: path.to_owned(), device: meta.dev(), inode: meta.ino() };
    apply_file_access(path, access, default_mode)?;
    Ok(file)
}

/// Two gateways that start at once must not both find the file stale; the lock
/// goes with its descriptor. A folder that cannot be locked is no reason not
/// to serve.
fn lock_folder(path: &Path) -> io::Result<Option<std::fs::File>> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = std::fs::File::open(folder.unwrap_or(Path::new(".")))?;
    Ok(rustix::fs::flock(&folder, FlockOperation::LockExclusive).ok().map(|()| folder))
}

/// Removes the file of a socket nobody listens on any more.
fn clear_stale(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::FileTypeExt;
    let meta = match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        result => result?,
    };
    if !meta.file_type().is_socket() {
        return Err(in_use(
            "a file that is no socket is in the way; remove it or choose another path",
        ));
    }
    let probe = Socket::new(Domain::UNIX, Type::STREAM.nonblocking(), None)?;
    match probe.connect(&SockAddr::unix(path)?) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            std::fs::remove_file(path)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(error),
        _ => Err(in_use("another process listens on it; stop that one or choose another path")),
    }
}

fn in_use(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::AddrInUse, why)
}

/// Sets owner, group and mode, in the order that never opens a gap: nobody
/// gets a right before the owner is the right one.
///
/// # Errors
/// `NotFound` for an unknown user or group, else the system's.
pub fn apply_file_access(
    path: &Path,
    access: &FileAccess,
    default_mode: Option<u32>,
) -> io::Result<()> {
    let owner = access.owner.as_deref().map(user_id).transpose()?;
    let group = access.group.as_deref().map(group_id).transpose()?;
    let mode = access.permissions.or(default_mode);
    if let Some(mode) = mode {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode & 0o600))?;
    }
    if owner.is_some() || group.is_some() {
        std::os::unix::fs::lchown(path, owner, group)?;
    }
    if let Some(mode) = mode {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))?;
    }
    Ok(())
}

fn user_id(name: &str) -> io::Result<u32> {
    crate::access::user_number(name).map_err(io::Error::other)
}

fn group_id(name: &str) -> io::Result<u32> {
    crate::access::group_number(name).map_err(io::Error::other)
}

/// Starts a connection to `name`; for a Unix socket it is made at once or not
/// at all.
///
/// # Errors
/// `WouldBlock` if the listener's queue is full, else the system's.
pub fn connect(name: &UnixName, kind: Type) -> io::Result<OwnedFd> {
    let socket = Socket::new(Domain::UNIX, kind.nonblocking(), None)?;
    socket.connect(&address(name)?)?;
    Ok(socket.into())
}

fn address(name: &UnixName) -> io::Result<SockAddr> {
    match name {
        UnixName::Path(path) => SockAddr::unix(path),
        UnixName::Abstract(name) => SockAddr::unix(format!("\0{name}")),
    }
}

/// Who is at the other side of a connected socket.
///
/// # Errors
/// The system's.
pub fn peer_process(socket: &impl AsFd) -> io::Result<Process> {
    let peer = sys::peercred::peer_credentials(socket)?;
    let account = Account::Unix { uid: peer.uid, gid: peer.gid, groups: peer.groups };
    Ok(Process { pid: peer.pid, account })
}

/// Makes the folder that pipes' sockets lie in, open to all for passing
/// through: each socket has its own rights.
///
/// # Errors
/// The system's.
pub fn make_folder(socket: &Path) -> io::Result<()> {
    let Some(folder) = socket.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
        return Ok(());
    };
    if rustix::fs::access(folder, rustix::fs::Access::EXISTS).is_ok() {
        return Ok(());
    }
    std::fs::create_dir_all(folder)?;
    rustix::fs::chmodat(CWD, folder, rustix::fs::Mode::from(0o755), rustix::fs::AtFlags::empty())
        .map_err(io::Error::from)
}

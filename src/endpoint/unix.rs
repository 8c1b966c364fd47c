//! Unix sockets as ends: whose file it is, who may come, who is there.
//!
//! Mode and owner are set between bind(2) and listen(2): nobody can connect
//! before. A socket file that a dead process left is taken over; one that
//! answers never is, unless its successor comes. A file is removed at the end
//! only if it is still ours.

mod dial;
mod folder;
mod listen;
mod private;
mod regrant;
mod socket_file;

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use socket2::{Domain, SockAddr, Socket, Type};

pub use self::dial::UnixTarget;
use self::folder::FolderLock;
pub use self::folder::make_folder;
pub use self::listen::{LocalListener, Rights, file_rights};
pub use self::private::{PrivatePipe, open_private};
pub use self::regrant::Regrant;
pub use self::socket_file::SocketFile;
use super::Occupied;
use super::file_rights::FileRights;
use crate::access::{Account, Peer, Process};
use crate::config::{FileAccess, PipeListen, UnixName};
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

/// Binds and listens at `name`. Waits for other gateways that do so in the same
/// folder, for a limited time.
///
/// # Errors
/// `AddrInUse` if a living process listens there or the path is something
/// else than a socket; else the system's.
pub async fn bind(
    name: &UnixName,
    kind: Type,
    access: &FileAccess,
    default_mode: Option<u32>,
    occupied: Occupied,
) -> io::Result<BoundSocket> {
    let rights = FileRights::resolve(access, default_mode)?;
    let socket = Socket::new(Domain::UNIX, kind.nonblocking(), None)?;
    let file = match name {
        UnixName::Path(path) => Some(listen_at(&socket, path, &rights, occupied).await?),
        UnixName::Abstract(_) => {
            socket.bind(&address(name)?)?;
            socket.listen(BACKLOG)?;
            None
        }
    };
    Ok(BoundSocket { socket: socket.into(), file })
}

/// Binds and listens at a path; the file has its rights before anybody can
/// connect to it.
async fn listen_at(
    socket: &Socket,
    path: &Path,
    rights: &FileRights,
    occupied: Occupied,
) -> io::Result<SocketFile> {
    // Declared first, so that it goes after the lock, which it takes itself.
    let mut file;
    // A socket that is bound and does not listen yet looks like a dead one:
    // two gateways that start at once must not see each other so.
    let _lock = FolderLock::of(path).await;
    let beside = match clear_stale(path) {
        Err(error) if is_alive(&error) && occupied == Occupied::TakeOver => Some(name_beside(path)),
        result => result.map(|()| None)?,
    };
    let place = beside.as_deref().unwrap_or(path);
    socket.bind(&SockAddr::unix(place)?)?;
    file = SocketFile::at(place)?;
    rights.apply(place)?;
    socket.listen(BACKLOG)?;
    if let Some(beside) = &beside {
        // From here on clients come to us; whoever is in the queue of the other
        // is let in by that one.
        std::fs::rename(beside, path)?;
        file.moved_to(path);
    }
    Ok(file)
}

/// Binds and listens at the socket that stands for a pipe here.
///
/// # Errors
/// As [`bind`].
pub async fn listen_as_pipe(pipe: &PipeListen, occupied: Occupied) -> io::Result<LocalListener> {
    make_folder(&pipe.address.socket)?;
    let name = UnixName::Path(pipe.address.socket.clone());
    let rights = Rights { allow: &pipe.allow, file: &pipe.file };
    LocalListener::bind(&name, pipe.framing, rights, occupied).await
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
    // Nobody listens with datagrams here: the answer to one tells the living
    // (EPROTOTYPE, or taken) from the dead, and no listener sees a client.
    let probe = Socket::new(Domain::UNIX, Type::DGRAM.nonblocking(), None)?;
    match probe.connect(&SockAddr::unix(path)?) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            std::fs::remove_file(path)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(error),
        _ => Err(in_use(ALIVE)),
    }
}

const ALIVE: &str = "another process listens on it; stop that one or choose another path";

/// Whether that was said of a socket which somebody listens on.
fn is_alive(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AddrInUse && error.to_string() == ALIVE
}

/// A name in the same folder, not longer than it must be: a socket's path has
/// 107 bytes. One that a process with our number has left there is gone.
fn name_beside(path: &Path) -> PathBuf {
    let beside = path.with_file_name(format!(".{}", std::process::id()));
    let _ = clear_stale(&beside);
    beside
}

fn in_use(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::AddrInUse, why)
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

/// Who is at the other side of a connected socket; its supplementary groups only
/// where `groups` are asked for.
///
/// # Errors
/// The system's.
pub fn peer_process(socket: &impl AsFd, groups: bool) -> io::Result<Process> {
    let peer = sys::peercred::peer_credentials(socket, groups)?;
    let account = Account::Unix { uid: peer.uid, gid: peer.gid, groups: peer.groups };
    Ok(Process { pid: peer.pid, account })
}

/// Accounts are numbers here, for the log too: to look a name up may take a
/// directory service long, and any client could make us do so.
pub async fn name_client(_: &mut Peer) {}

#[cfg(test)]
mod tests;

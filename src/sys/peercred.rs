//! The credentials of the process at the other end of a Unix socket.
//!
//! They are those of connect(2) or listen(2) time, kept by the kernel: unix(7),
//! SO_PEERCRED and SO_PEERGROUPS. Never look a process up by its number
//! instead: the number may belong to another one by now.

use std::io;
use std::os::fd::{AsFd, AsRawFd};

/// The most supplementary groups that are asked for; Linux' NGROUPS_MAX.
const MOST_GROUPS: usize = 65_536;

/// Process, user and group of a Unix socket's peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerCredentials {
    /// Process number; `None` if it lives outside our pid namespace.
    pub pid: Option<u32>,
    /// Effective user.
    pub uid: u32,
    /// Effective group.
    pub gid: u32,
    /// Supplementary groups, where they were asked for.
    pub groups: Box<[u32]>,
}

/// Reads the credentials of `socket`'s peer, the supplementary groups only if
/// `groups`: they take a call of their own.
///
/// # Errors
/// Whatever getsockopt(2) says; on systems without SO_PEERGROUPS the
/// supplementary groups are empty, which can only refuse more.
pub fn peer_credentials(socket: &impl AsFd, groups: bool) -> io::Result<PeerCredentials> {
    let mut ucred = libc::ucred { pid: 0, uid: u32::MAX, gid: u32::MAX };
    let mut len = size_of::<libc::ucred>() as libc::socklen_t;
    // SAFETY: the pointers are to live locals of the size that `len` says.
    let rc = unsafe {
        libc::getsockopt(
            socket.as_fd().as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_PEERCRED,
            (&raw mut ucred).cast(),
            &raw mut len,
        )
    };
    if rc != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(PeerCredentials {
        pid: u32::try_from(ucred.pid).ok().filter(|pid| *pid != 0),
        uid: ucred.uid,
        gid: ucred.gid,
        groups: if groups { peer_groups(socket)? } else { Box::default() },
    })
}

fn peer_groups(socket: &impl AsFd) -> io::Result<Box<[u32]>> {
    let mut groups = vec![0u32; 64];
    loop {
        let mut len = size_of_val(groups.as_slice()) as libc::socklen_t;
        // SAFETY: `groups` is live and `len` is its size in bytes; the kernel
        // writes at most that much and stores the size that it has.
        let rc = unsafe {
            libc::getsockopt(
                socket.as_fd().as_raw_fd(),
                libc::SOL_SOCKET,
                libc::SO_PEERGROUPS,
                groups.as_mut_ptr().cast(),
                &raw mut len,
            )
        };
        let count = len as usize / size_of::<u32>();
        if rc == 0 {
            groups.truncate(count);
            return Ok(groups.into_boxed_slice());
        }
        let error = io::Error::last_os_error();
        match error.raw_os_error() {
            Some(libc::ERANGE) if count > groups.len() && count <= MOST_GROUPS => {
                groups.resize(count, 0);
            }
            Some(libc::ENOPROTOOPT | libc::ENODATA) => return Ok(Box::default()),
            _ => return Err(error),
        }
    }
}

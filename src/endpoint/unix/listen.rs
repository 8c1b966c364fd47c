//! A listening Unix socket, stream or packet, as a bridge's end.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use socket2::Type;
use tokio::io::unix::AsyncFd;
use tokio::net::UnixListener;

use super::{SocketFile, bind, peer_process};
use crate::access::{Origin, Peer};
use crate::config::{FileAccess, Framing, LocalRule, LocalRules, UnixName};
use crate::endpoint::{Conn, Incoming, Occupied, PacketSocket, Stream};
use crate::sys;

/// Who may open a socket, and what its file looks like.
pub struct Rights<'a> {
    /// Who may come in.
    pub allow: &'a LocalRules,
    /// The file's mode and owner, where they are written.
    pub file: &'a FileAccess,
}

/// A listening socket; its file goes with it.
#[derive(Debug)]
pub struct LocalListener {
    socket: Socket,
    /// A client's groups are wanted.
    groups: bool,
    _file: Option<SocketFile>,
}

#[derive(Debug)]
enum Socket {
    Stream(UnixListener),
    Packet(AsyncFd<OwnedFd>),
}

impl LocalListener {
    /// Binds and listens.
    ///
    /// # Errors
    /// As [`bind`].
    pub async fn bind(
        name: &UnixName,
        framing: Framing,
        rights: Rights<'_>,
        occupied: Occupied,
    ) -> io::Result<Self> {
        let packet = framing == Framing::Packet;
        let kind = if packet { Type::SEQPACKET } else { Type::STREAM };
        let (file, mode) = file_rights(&rights);
        let bound = bind(name, kind, &file, Some(mode), occupied).await?;
        let socket = register(bound.socket, packet)?;
        Ok(Self { socket, groups: asks_for_groups(rights.allow), _file: bound.file })
    }

    /// One that listens already, and whose file, if it has one, is not ours.
    ///
    /// # Errors
    /// The system's.
    pub fn of_handed(socket: OwnedFd, packet: bool, allow: &LocalRules) -> io::Result<Self> {
        Ok(Self { socket: register(socket, packet)?, groups: asks_for_groups(allow), _file: None })
    }

    /// Waits for the next client. Cancelling loses nobody.
    ///
    /// # Errors
    /// The system's.
    pub async fn accept(&self) -> io::Result<Incoming> {
        let (conn, process) = match &self.socket {
            Socket::Stream(listener) => {
                let (stream, _) = listener.accept().await?;
                let process = peer_process(&stream, self.groups)?;
                (Stream::Unix(stream).into(), process)
            }
            Socket::Packet(listener) => {
                let socket = accept_packet(listener).await?;
                let process = peer_process(&socket, self.groups)?;
                (Conn::Packet(PacketSocket::new(socket)?), process)
            }
        };
        Ok(Incoming { conn, peer: Peer::new(Origin::Local(process)) })
    }

    /// Goes on for other rules; the file's rights are [`super::Regrant`]'s.
    pub fn adapt(&mut self, allow: &LocalRules) {
        self.groups = asks_for_groups(allow);
    }

    /// 1 if clients wait to be accepted: the system does not say how many.
    pub fn queued(&self) -> usize {
        usize::from(match &self.socket {
            Socket::Stream(listener) => sys::socket::is_readable(listener),
            Socket::Packet(listener) => sys::socket::is_readable(listener),
        })
    }
}

fn register(socket: OwnedFd, packet: bool) -> io::Result<Socket> {
    Ok(match packet {
        true => Socket::Packet(sys::socket::register(socket)?),
        false => Socket::Stream(UnixListener::from_std(socket.into())?),
    })
}

impl AsFd for LocalListener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match &self.socket {
            Socket::Stream(listener) => listener.as_fd(),
            Socket::Packet(listener) => listener.as_fd(),
        }
    }
}

/// The socket file's rights for these rules, where none are written: nobody
/// else, the one group that is named, or everybody, to be sorted out by their
/// credentials.
pub fn file_rights(rights: &Rights<'_>) -> (FileAccess, u32) {
    let Rights { allow, file } = *rights;
    let LocalRules::Rules(rules) = allow else { return (file.clone(), 0o600) };
    let mut groups = rules.iter().map(only_group);
    let first = groups.next().flatten();
    let one_group = first.filter(|first| groups.all(|group| group == Some(*first)));
    match (one_group, &file.group) {
        (Some(group), None) => {
            (FileAccess { group: Some(group.to_owned()), ..file.clone() }, 0o660)
        }
        _ => (file.clone(), 0o666),
    }
}

/// Whether there are rules at all: those of today ask for no group, perhaps, but
/// those of tomorrow may, and then whoever is here is judged again. Without
/// rules only our own account and root are here, who always may be.
fn asks_for_groups(allow: &LocalRules) -> bool {
    match allow {
        LocalRules::Default => false,
        LocalRules::Rules(_) => true,
    }
}

fn only_group(rule: &LocalRule) -> Option<&str> {
    if rule.user.is_none() && rule.sid.is_none() { rule.group.as_deref() } else { None }
}

async fn accept_packet(listener: &AsyncFd<OwnedFd>) -> io::Result<OwnedFd> {
    use rustix::net::{SocketFlags, accept_with};
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    listener.async_io(tokio::io::Interest::READABLE, |fd| Ok(accept_with(fd, flags)?)).await
}

//! What kind of socket was handed over, and whether it can be served as asked.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::FileType;
use socket2::{Domain, SockRef, Type};

use super::wrong;
use crate::config::{Framing, HandedListen, LocalRules};

/// What was handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::endpoint) enum Kind {
    Tcp,
    /// A Unix socket.
    Local {
        packet: bool,
    },
}

/// What kind of socket it is, if `end` can be served on it; it does not block
/// from then on.
///
/// # Errors
/// A sentence that says what it is and what was wanted; the system's.
pub(in crate::endpoint) fn kind_of(socket: &OwnedFd, end: &HandedListen) -> io::Result<Kind> {
    let meta = rustix::fs::fstat(socket)?;
    match FileType::from_raw_mode(meta.st_mode) {
        FileType::Socket => {}
        FileType::Fifo => return Err(wrong("it is a FIFO; write `fifo:PATH`")),
        _ => return Err(wrong("it is no socket")),
    }
    let socket = SockRef::from(socket);
    if !socket.is_listener()? {
        return Err(wrong("it does not listen; its socket unit must say `Accept=no`"));
    }
    let kind = match (socket.domain()?, socket.r#type()?) {
        (Domain::IPV4 | Domain::IPV6, Type::STREAM) => Kind::Tcp,
        (Domain::UNIX, Type::STREAM) => Kind::Local { packet: false },
        (Domain::UNIX, Type::SEQPACKET) => Kind::Local { packet: true },
        _ => return Err(wrong("it is neither a TCP socket nor a Unix socket")),
    };
    suits(kind, end)?;
    socket.set_nonblocking(true)?;
    Ok(kind)
}

/// The address of a socket, for people.
pub(in crate::endpoint) fn place_of(socket: &impl AsFd) -> Option<String> {
    let address = SockRef::from(socket).local_addr().ok()?;
    if let Some(address) = address.as_socket() {
        return Some(address.to_string());
    }
    if let Some(path) = address.as_pathname() {
        return Some(path.display().to_string());
    }
    let name = address.as_abstract_namespace()?;
    Some(format!("@{}", String::from_utf8_lossy(name)))
}

fn suits(kind: Kind, end: &HandedListen) -> io::Result<()> {
    let packets = end.framing == Framing::Packet;
    match kind {
        Kind::Tcp if matches!(end.allow, LocalRules::Rules(_)) => Err(wrong(
            "it is a TCP socket, whose clients have no account that `allow` could ask for; name an \
             `identity` to ask for certificates",
        )),
        Kind::Local { .. } if end.tls.is_some() => {
            Err(wrong("it is a Unix socket, and TLS is spoken on TCP only; leave out `identity`"))
        }
        Kind::Local { packet: true } if !packets => Err(wrong(
            "it is a SEQPACKET socket; that needs `mode = \"message\"` and `framing = \"packet\"`",
        )),
        Kind::Tcp | Kind::Local { packet: false } if packets => {
            Err(wrong("it is a stream; `framing = \"packet\"` needs `ListenSequentialPacket=`"))
        }
        _ => Ok(()),
    }
}

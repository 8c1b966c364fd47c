//! What a bridge needs to know of its two ends beside the ends themselves.

use std::time::Duration;

use crate::access::{UnknownName, group_number, user_number};
use crate::config::{Dial, Framing, Listen};
use crate::frame::Prefix;

/// The accounts of a socket file are looked up again when it is made; here only
/// to find a mistake before anything is.
pub(super) fn check_file_owner(listen: &Listen) -> Result<(), UnknownName> {
    let file = match listen {
        Listen::Pipe(end) => &end.file,
        Listen::Unix(end) => &end.file,
        Listen::Fifo(end) => &end.file,
        Listen::Tcp(_) | Listen::Tls(_) | Listen::Handed(_) | Listen::Stdio(_) => return Ok(()),
    };
    file.owner.as_deref().map(user_number).transpose()?;
    file.group.as_deref().map(group_number).transpose()?;
    Ok(())
}

pub(super) fn listen_framing(listen: &Listen) -> Framing {
    match listen {
        Listen::Pipe(end) => end.framing,
        Listen::Unix(end) => end.framing,
        Listen::Fifo(end) => end.framing,
        Listen::Tcp(end) => end.framing,
        Listen::Tls(end) => end.tcp.framing,
        Listen::Handed(end) => end.framing,
        Listen::Stdio(end) => end.framing,
    }
}

pub(super) fn connect_framing(connect: &Dial) -> Framing {
    match connect {
        Dial::Pipe(end) => end.framing,
        Dial::Unix(end) => end.framing,
        Dial::Fifo(end) => end.framing,
        Dial::Tcp(end) => end.framing,
        Dial::Tls(end) => end.tcp.framing,
        Dial::Srv(end) => end.tcp().framing,
        Dial::Stdio(end) => end.framing,
    }
}

/// The length prefix of a framing; `None` for packets.
pub(super) fn prefix(framing: Framing) -> Option<Prefix> {
    match framing {
        Framing::U32Be => Some(Prefix::U32Be),
        Framing::U32Le => Some(Prefix::U32Le),
        Framing::U16Be => Some(Prefix::U16Be),
        Framing::U16Le => Some(Prefix::U16Le),
        Framing::Varint => Some(Prefix::Varint),
        Framing::Packet => None,
    }
}

/// `wait` of a pipe or Unix end: with one target it goes on beyond
/// `connect_timeout`, or ends before it; with several it can only end before.
pub(super) fn connect_wait(connect: &Dial) -> Option<Duration> {
    match connect {
        Dial::Pipe(pipe) => pipe.wait,
        Dial::Unix(unix) => unix.wait,
        _ => None,
    }
}

//! What becomes of an open listener when its configuration changes.

use crate::config::{
    FifoListen, Framing, HandedListen, Listen, LocalRules, PipeListen, TcpListen, UnixListen,
};

/// What becomes of an open listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// It can go on, as it is or adapted ([`super::Listener::adapt`],
    /// [`super::Regrant`]).
    GoesOn,
    /// It is asked to be elsewhere: another one must be opened.
    Elsewhere,
    /// It is to be at the same place and cannot be as asked: what this names is
    /// settled when the listener is made.
    Fixed(&'static str),
}

/// What becomes of the listener of `old` when `new` is asked for.
pub fn keep(old: &Listen, new: &Listen) -> Keep {
    match (old, new) {
        (Listen::Unix(old), Listen::Unix(new)) => keep_unix(old, new),
        (Listen::Pipe(old), Listen::Pipe(new)) => keep_pipe(old, new),
        (Listen::Fifo(old), Listen::Fifo(new)) => keep_fifo(old, new),
        (Listen::Handed(old), Listen::Handed(new)) => keep_handed(old, new),
        _ => match (tcp(old), tcp(new)) {
            (Some(old), Some(new)) => keep_tcp(old, new),
            _ => Keep::Elsewhere,
        },
    }
}

/// TLS comes after accept: the socket is the same.
fn tcp(listen: &Listen) -> Option<&TcpListen> {
    match listen {
        Listen::Tcp(tcp) => Some(tcp),
        Listen::Tls(tls) => Some(&tls.tcp),
        _ => None,
    }
}

fn keep_tcp(old: &TcpListen, new: &TcpListen) -> Keep {
    if old.at != new.at {
        Keep::Elsewhere
    } else if old.tcp.reuse_port != new.tcp.reuse_port {
        Keep::Fixed("reuse_port")
    } else {
        Keep::GoesOn
    }
}

fn keep_unix(old: &UnixListen, new: &UnixListen) -> Keep {
    if old.name != new.name {
        return Keep::Elsewhere;
    }
    same_kind(old.framing, new.framing)
}

fn keep_fifo(old: &FifoListen, new: &FifoListen) -> Keep {
    if old.path != new.path {
        Keep::Elsewhere
    } else if old.access != new.access {
        Keep::Fixed("access")
    } else if old.file != new.file {
        Keep::Fixed("permissions, owner, group")
    } else {
        Keep::GoesOn
    }
}

/// The socket is looked at again where another kind may be asked of it: it is
/// taken anew, and whoever waits in its queue does not notice.
fn keep_handed(old: &HandedListen, new: &HandedListen) -> Keep {
    let kind = |end: &HandedListen| {
        let rules = matches!(end.allow, LocalRules::Rules(_));
        (end.framing == Framing::Packet, end.tls.is_some(), rules, end.proxy.is_some())
    };
    if old.name == new.name && kind(old) == kind(new) { Keep::GoesOn } else { Keep::Elsewhere }
}

/// A socket of packets cannot become one of a stream.
fn same_kind(old: Framing, new: Framing) -> Keep {
    if (old == Framing::Packet) == (new == Framing::Packet) {
        Keep::GoesOn
    } else {
        Keep::Fixed("framing = \"packet\"")
    }
}

#[cfg(unix)]
fn keep_pipe(old: &PipeListen, new: &PipeListen) -> Keep {
    if old.address.socket != new.address.socket {
        return Keep::Elsewhere;
    }
    same_kind(old.framing, new.framing)
}

/// All instances of a pipe have the descriptor and the type of the first one,
/// for as long as any of them is open.
#[cfg(windows)]
fn keep_pipe(old: &PipeListen, new: &PipeListen) -> Keep {
    if old.address.name != new.address.name {
        Keep::Elsewhere
    } else if (&old.allow, &old.sddl) != (&new.allow, &new.sddl) {
        Keep::Fixed("allow, sddl")
    } else if (&old.windows, old.access) != (&new.windows, new.access) {
        Keep::Fixed("the options of the pipe")
    } else {
        same_kind(old.framing, new.framing)
    }
}

#[cfg(all(test, unix))]
mod tests;

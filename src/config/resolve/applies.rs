//! Which option stands on which end.

use super::Scope;
use crate::config::address::Scheme::{self, Fifo, Handed, Pipe, Srv, Stdio, Tcp, Tls, Unix};
use crate::config::raw::Given;
use crate::config::report::Fault;

/// One of a bridge's two ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Listen,
    Connect,
}

impl Side {
    fn participle(self) -> &'static str {
        match self {
            Self::Listen => "listening",
            Self::Connect => "connecting",
        }
    }
}

const BOTH: &[Side] = &[Side::Listen, Side::Connect];
const LISTEN: &[Side] = &[Side::Listen];
const CONNECT: &[Side] = &[Side::Connect];

/// Where an option may stand: schemes, and the sides of those.
type Place = (&'static [Scheme], &'static [Side]);

const HANDED: Place = (&[Handed], LISTEN);
const SERVICE: Place = (&[Srv], CONNECT);

/// Every option of an end, and where it may stand.
pub(crate) const APPLIES: &[(&str, &[Place])] = &[
    ("address", &[(&[Pipe, Unix, Fifo, Tcp, Tls, Stdio], BOTH), HANDED, SERVICE]),
    ("identity", &[(&[Tls], BOTH), HANDED, SERVICE]),
    ("allow", &[(&[Pipe, Unix, Tls, Handed], LISTEN)]),
    ("client_cert", &[(&[Tls, Handed], LISTEN)]),
    ("close_notify", &[(&[Tls], BOTH), HANDED, SERVICE]),
    ("verify", &[(&[Tls, Srv], CONNECT)]),
    ("server_name", &[(&[Tls, Srv], CONNECT)]),
    ("sddl", &[(&[Pipe], LISTEN)]),
    ("permissions", &[(&[Pipe, Unix, Fifo], LISTEN)]),
    ("owner", &[(&[Pipe, Unix, Fifo], LISTEN), (&[Pipe, Unix], CONNECT)]),
    ("group", &[(&[Pipe, Unix, Fifo], LISTEN)]),
    ("framing", &[(&[Pipe, Unix, Fifo, Tcp, Tls, Stdio], BOTH), HANDED, SERVICE]),
    ("type", &[(&[Pipe], BOTH)]),
    ("half_close", &[(&[Pipe], BOTH)]),
    ("access", &[(&[Pipe, Fifo], BOTH)]),
    ("instances", &[(&[Pipe], LISTEN)]),
    ("backlog", &[(&[Pipe], LISTEN)]),
    ("in_buffer", &[(&[Pipe], LISTEN)]),
    ("out_buffer", &[(&[Pipe], LISTEN)]),
    ("default_timeout", &[(&[Pipe], LISTEN)]),
    ("write_through", &[(&[Pipe], LISTEN)]),
    ("write_dac", &[(&[Pipe], LISTEN)]),
    ("write_owner", &[(&[Pipe], LISTEN)]),
    ("access_system_security", &[(&[Pipe], LISTEN)]),
    ("remote", &[(&[Pipe], LISTEN)]),
    ("wait", &[(&[Pipe, Unix], CONNECT)]),
    ("impersonation", &[(&[Pipe], CONNECT)]),
    ("proxy_protocol", &[(&[Tcp, Unix, Tls], BOTH), HANDED, SERVICE]),
    ("proxy_from", &[(&[Tcp, Tls, Handed], LISTEN)]),
    ("min_tls", &[(&[Tls], BOTH), HANDED, SERVICE]),
    ("max_tls", &[(&[Tls], BOTH), HANDED, SERVICE]),
    ("resume", &[(&[Tls], BOTH), HANDED, SERVICE]),
    ("nodelay", &[(&[Tcp, Tls], BOTH), HANDED, SERVICE]),
    ("keepalive", &[(&[Tcp, Tls], BOTH), HANDED, SERVICE]),
    ("reuse_port", &[(&[Tcp, Tls], LISTEN)]),
];

/// Options that only a real named pipe has.
pub(crate) const NEEDS_WINDOWS: &[&str] = &[
    "sddl",
    "type",
    "half_close",
    "instances",
    "backlog",
    "in_buffer",
    "out_buffer",
    "default_timeout",
    "write_through",
    "write_dac",
    "write_owner",
    "access_system_security",
    "remote",
    "impersonation",
];

/// Options of the socket that stands for a pipe, which Windows has not.
const NEEDS_UNIX_ON_PIPE: &[&str] = &["permissions", "group", "framing"];

/// Notes every option that this end or this system doesn't have.
pub(super) fn check(scope: &mut Scope<'_>, given: &[Given], scheme: Scheme, side: Side) {
    // What stands on the wrong side has no options either; that is told once.
    let nowhere = matches!((scheme, side), (Srv, Side::Listen) | (Handed, Side::Connect));
    for one in given.iter().filter(|_| !nowhere) {
        let places = APPLIES.iter().find(|(key, _)| *key == one.key).map_or(&[][..], |(_, p)| p);
        let fits = |(schemes, sides): &Place| schemes.contains(&scheme) && sides.contains(&side);
        let fault = if !places.iter().any(fits) {
            misplaced(one.key, places, scheme, side)
        } else if !scope.is_windows() && NEEDS_WINDOWS.contains(&one.key) {
            needs_windows(&format!("`{}`", one.key))
        } else if scope.is_windows() && needs_unix(one.key, scheme, side) {
            needs_unix_fault(one.key)
        } else {
            continue;
        };
        scope.fault(one.spot, fault);
    }
}

fn needs_unix(key: &str, scheme: Scheme, side: Side) -> bool {
    let owner = key == "owner" && side == Side::Listen;
    scheme == Pipe && (owner || NEEDS_UNIX_ON_PIPE.contains(&key))
}

/// What stands in a configuration for a Unix system but needs Windows.
pub(super) fn needs_windows(what: &str) -> Fault {
    Fault::new(format!("{what} needs Windows"))
        .hint("here a Unix socket stands in for the pipe; leave it out")
}

fn needs_unix_fault(key: &str) -> Fault {
    let fault = Fault::new(format!("`{key}` on a pipe is for systems other than Windows"));
    match key {
        "framing" => fault.hint("a message pipe keeps its messages apart by itself"),
        _ => fault.hint("use `allow` or `sddl`"),
    }
}

fn misplaced(key: &str, places: &[Place], scheme: Scheme, side: Side) -> Fault {
    let (prefix, participle) = (scheme.prefix(), side.participle());
    let other_side = places.iter().any(|(schemes, _)| schemes.contains(&scheme));
    let message = if other_side {
        format!("`{key}` is not for a {participle} `{prefix}` end")
    } else {
        format!("`{key}` is not for `{prefix}` ends")
    };
    let fault = Fault::new(message).expected(where_it_stands(places));
    match (key, scheme) {
        ("identity" | "client_cert" | "verify" | "server_name", Tcp) => fault.hint("use `tls:`"),
        ("allow", Tcp) => fault.hint("anybody who reaches a `tcp:` port comes in; use `tls:`"),
        _ => fault,
    }
}

fn where_it_stands(places: &[Place]) -> String {
    let describe = |(schemes, sides): &Place| {
        let names: Vec<_> = schemes.iter().map(|scheme| format!("`{}`", scheme.prefix())).collect();
        let side = match sides {
            [side] => format!(" ({})", side.participle()),
            _ => String::new(),
        };
        format!("{}{side}", names.join(", "))
    };
    let mut parts: Vec<_> = places.iter().map(describe).collect();
    let last = parts.pop().unwrap_or_default();
    match parts.is_empty() {
        true => format!("it on {last}"),
        false => format!("it on {} or {last}", parts.join(", ")),
    }
}

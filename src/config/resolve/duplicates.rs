//! Addresses that two listeners want, and bridges that would dial themselves.

use std::net::IpAddr;
use std::path::PathBuf;

use super::Scope;
use super::bridge::Placed;
use crate::config::model::{AdminListen, Dial, HostPort, Listen, PipeAddress, UnixName};
use crate::config::report::{Fault, Spot};

/// What a listener takes for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Claim {
    /// A file: a socket's or a FIFO's.
    File(PathBuf),
    /// A name in the abstract namespace.
    Abstract(String),
    /// A Windows pipe; case does not tell them apart.
    Pipe(String),
    /// A socket that is handed over.
    Handed(String),
    /// A TCP port.
    Port { at: HostPort, shared: bool },
}

/// Listeners beside those of bridges, and where they are written.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Beside<'a> {
    pub(super) admin: Option<(&'a AdminListen, Spot)>,
    /// Without a place it is where it is by default.
    pub(super) control: Option<(&'a PipeAddress, Option<Spot>)>,
}

/// A listener: what it takes, and where it is written.
struct Listener {
    claim: Claim,
    name: String,
    spot: Option<Spot>,
    is_bridge: bool,
}

/// Notes every listener whose address another one has already, and every
/// bridge that dials what it listens on.
pub(super) fn check(scope: &mut Scope<'_>, bridges: &[Placed], beside: Beside<'_>) {
    let windows = scope.is_windows();
    let mut taken: Vec<Listener> = Vec::new();
    for placed in bridges {
        let Some(claim) = of_listen(&placed.bridge.listen, windows) else { continue };
        let name = format!("bridge `{}`", placed.bridge.name);
        let spot = Some(placed.listen_spot);
        let listener = Listener { claim: claim.clone(), name, spot, is_bridge: true };
        claim_once(scope, &mut taken, listener);
        for (target, spot) in placed.bridge.connect.iter().zip(&placed.connect_spots) {
            if of_dial(target, windows).is_some_and(|target| meets(&claim, &target)) {
                let fault = Fault::new("the bridge would dial itself, round and round");
                scope.fault(*spot, fault.expected("another address than in `listen`"));
            }
        }
    }
    if let Some((control, spot)) = beside.control {
        let (claim, name) = (of_pipe(control, windows), "the control pipe".to_owned());
        claim_once(scope, &mut taken, Listener { claim, name, spot, is_bridge: false });
    }
    if let Some((admin, spot)) = beside.admin {
        let claim = match admin {
            AdminListen::Tcp(at) => Claim::Port { at: at.clone(), shared: false },
            AdminListen::Tls(tls) => Claim::Port { at: tls.tcp.at.clone(), shared: false },
            AdminListen::Unix(unix) => of_unix(&unix.name),
            AdminListen::Pipe(pipe) => of_pipe(&pipe.address, windows),
        };
        let (name, spot) = ("`[admin]`".to_owned(), Some(spot));
        claim_once(scope, &mut taken, Listener { claim, name, spot, is_bridge: false });
    }
}

fn claim_once(scope: &mut Scope<'_>, taken: &mut Vec<Listener>, new: Listener) {
    if let Some(other) = taken.iter().find(|other| conflict(&new.claim, &other.claim)) {
        let fault =
            Fault::new(format!("{} and {} listen on the same address", new.name, other.name));
        let fault = fault.expected("an address of its own");
        let fault = match (&new.claim, new.spot) {
            (_, None) => fault.hint("name another in `control`, or set `control = false`"),
            (Claim::Port { .. }, _) if new.is_bridge && other.is_bridge => {
                fault.hint("or `reuse_port = true` on both")
            }
            _ => fault,
        };
        if let Some(spot) = new.spot.or(other.spot) {
            scope.fault(spot, fault);
        }
    }
    taken.push(new);
}

fn conflict(one: &Claim, other: &Claim) -> bool {
    match (one, other) {
        (Claim::Port { shared: true, .. }, Claim::Port { shared: true, .. }) => false,
        _ => meets(one, other),
    }
}

/// Whether two claims are to one thing. Port 0 is a new one each time.
fn meets(one: &Claim, other: &Claim) -> bool {
    match (one, other) {
        (Claim::Port { at: a, .. }, Claim::Port { at: b, .. }) => {
            a.port == b.port && a.port != 0 && hosts_meet(&a.host, &b.host)
        }
        _ => one == other,
    }
}

fn hosts_meet(one: &str, other: &str) -> bool {
    match (one.parse::<IpAddr>(), other.parse::<IpAddr>()) {
        (Ok(one), Ok(other)) => {
            let same_family = one.is_ipv4() == other.is_ipv4();
            one == other || same_family && (one.is_unspecified() || other.is_unspecified())
        }
        _ => one.eq_ignore_ascii_case(other),
    }
}

fn of_listen(listen: &Listen, windows: bool) -> Option<Claim> {
    Some(match listen {
        Listen::Pipe(pipe) => of_pipe(&pipe.address, windows),
        Listen::Unix(unix) => of_unix(&unix.name),
        Listen::Fifo(fifo) => Claim::File(fifo.path.clone()),
        Listen::Tcp(tcp) => Claim::Port { at: tcp.at.clone(), shared: tcp.tcp.reuse_port },
        Listen::Tls(tls) => Claim::Port { at: tls.tcp.at.clone(), shared: tls.tcp.tcp.reuse_port },
        Listen::Handed(handed) => Claim::Handed(handed.name.as_str().to_owned()),
        Listen::Stdio(_) => return None,
    })
}

fn of_dial(dial: &Dial, windows: bool) -> Option<Claim> {
    Some(match dial {
        Dial::Pipe(pipe) if pipe.host.is_some() => return None,
        Dial::Pipe(pipe) => of_pipe(&pipe.address, windows),
        Dial::Unix(unix) => of_unix(&unix.name),
        Dial::Fifo(fifo) => Claim::File(fifo.path.clone()),
        Dial::Tcp(tcp) => Claim::Port { at: tcp.to.clone(), shared: false },
        Dial::Tls(tls) => Claim::Port { at: tls.tcp.to.clone(), shared: false },
        // Whose ports they are is only known when they are dialled.
        Dial::Srv(_) | Dial::Stdio(_) => return None,
    })
}

fn of_unix(name: &UnixName) -> Claim {
    match name {
        UnixName::Path(path) => Claim::File(path.clone()),
        UnixName::Abstract(name) => Claim::Abstract(name.clone()),
    }
}

fn of_pipe(address: &PipeAddress, windows: bool) -> Claim {
    if windows {
        Claim::Pipe(address.name.as_str().to_lowercase())
    } else {
        Claim::File(address.socket.clone())
    }
}

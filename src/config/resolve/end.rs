//! One end: its scheme decides who reads its options.

use super::applies::{self, Side};
use super::{Scope, fifo, handed, pipe, srv, tcp, tls, unix};
use crate::config::address::{Address, Scheme};
use crate::config::model::{Dial, Framing, Listen, Mode, StdioEnd};
use crate::config::raw::RawEndTable;
use crate::config::report::{Fault, Spot};

/// An end that is being resolved.
#[derive(Debug, Clone, Copy)]
pub(super) struct End<'a> {
    pub(super) raw: &'a RawEndTable,
    pub(super) scheme: Scheme,
    /// Where the address stands.
    pub(super) spot: Spot,
    /// The bridge's mode; `None` where it could not be read, so that nothing
    /// that depends on it can be judged.
    pub(super) mode: Option<Mode>,
}

/// The listening end; `None` when there is no address to go by.
pub(super) fn listen(
    scope: &mut Scope<'_>,
    raw: &RawEndTable,
    key: Spot,
    mode: Option<Mode>,
) -> Option<Listen> {
    let (end, address) = begin(scope, raw, key, mode, Side::Listen)?;
    Some(match address {
        Address::Pipe { host, name } => {
            Listen::Pipe(Box::new(pipe::listen(scope, &end, host.as_deref(), name)))
        }
        Address::Unix(_) | Address::Abstract(_) => Listen::Unix(unix::listen(scope, &end, address)),
        Address::Fifo(path) => Listen::Fifo(fifo::listen(scope, &end, path)),
        Address::Tcp(at) => Listen::Tcp(tcp::listen(scope, &end, at)),
        Address::Tls(at) => Listen::Tls(Box::new(tls::listen(scope, &end, at))),
        Address::Handed(name) => Listen::Handed(Box::new(handed::listen(scope, &end, name))),
        Address::Srv(_) => {
            let fault = Fault::new("`srv:` is where to connect, not where to listen");
            scope.fault(end.spot, fault.expected("an address of this machine"));
            return None;
        }
        Address::Stdio => Listen::Stdio(stdio(scope, &end)),
    })
}

/// The dialling end; `None` when there is no address to go by.
pub(super) fn dial(
    scope: &mut Scope<'_>,
    raw: &RawEndTable,
    key: Spot,
    mode: Option<Mode>,
) -> Option<Dial> {
    let (end, address) = begin(scope, raw, key, mode, Side::Connect)?;
    Some(match address {
        Address::Pipe { host, name } => {
            Dial::Pipe(Box::new(pipe::dial(scope, &end, host.as_deref(), name)))
        }
        Address::Unix(_) | Address::Abstract(_) => Dial::Unix(unix::dial(scope, &end, address)),
        Address::Fifo(path) => Dial::Fifo(fifo::dial(scope, &end, path)),
        Address::Tcp(to) => Dial::Tcp(tcp::dial(scope, &end, to)),
        Address::Tls(to) => Dial::Tls(Box::new(tls::dial(scope, &end, to))),
        Address::Handed(_) => {
            let fault = Fault::new("`fd:` is a socket that clients come to");
            scope.fault(end.spot, fault.expected("an address that can be dialled"));
            return None;
        }
        Address::Srv(service) => Dial::Srv(Box::new(srv::dial(scope, &end, service))),
        Address::Stdio => Dial::Stdio(stdio(scope, &end)),
    })
}

fn begin<'a>(
    scope: &mut Scope<'_>,
    raw: &'a RawEndTable,
    key: Spot,
    mode: Option<Mode>,
    side: Side,
) -> Option<(End<'a>, &'a Address)> {
    if !raw.address.is_given() && !raw.misspelt.contains(&"address") {
        scope.fault(key, Fault::new("the end has no `address`").expected("a key `address`"));
    }
    let at = raw.address.at()?;
    let scheme = at.value.scheme();
    applies::check(scope, &raw.given, scheme, side);
    if scope.is_windows() && matches!(scheme, Scheme::Unix | Scheme::Fifo | Scheme::Handed) {
        let message = format!("`{}` ends need a Unix system", scheme.prefix());
        let hint = match scheme {
            Scheme::Handed => "nobody hands sockets over there; name an address",
            _ => "use `pipe:` on Windows",
        };
        scope.fault(at.place.value, Fault::new(message).hint(hint));
    }
    Some((End { raw, scheme, spot: at.place.value, mode }, &at.value))
}

fn stdio(scope: &mut Scope<'_>, end: &End<'_>) -> StdioEnd {
    if !scope.stdio_allowed {
        let fault = Fault::new("`stdio:` is not for a configuration file");
        let hint = "a daemon has no terminal; use `pipeferry relay` or `pipeferry connect`";
        scope.fault(end.spot, fault.hint(hint));
    }
    StdioEnd { framing: framing(scope, end) }
}

/// The framing of an end, checked against its mode and scheme.
pub(super) fn framing(scope: &mut Scope<'_>, end: &End<'_>) -> Framing {
    let Some(at) = end.raw.framing.at() else {
        return Framing::U32Be;
    };
    if end.mode == Some(Mode::Byte) {
        let fault = Fault::new("a byte bridge has no messages to frame");
        let set =
            if scope.stdio_allowed { "say `--mode message`" } else { "set `mode = \"message\"`" };
        scope.fault(at.place.key, fault.hint(format!("{set}, or leave `framing` out")));
    }
    if at.value == Framing::Packet && !matches!(end.scheme, Scheme::Unix | Scheme::Handed) {
        let fault = Fault::new(format!("`{}` ends carry no packets", end.scheme.prefix()));
        scope.fault(at.place.value, fault.expected("`packet` on `unix:` and `fd:` only"));
    }
    at.value
}

//! `unix:PATH` and `unix:@NAME`.

use super::end::{End, framing};
use super::{Scope, allow, local, paths, tcp};
use crate::config::address::Address;
use crate::config::machine::AccountUse;
use crate::config::model::{Framing, UnixDial, UnixListen, UnixName};
use crate::config::report::Fault;

pub(super) fn listen(scope: &mut Scope<'_>, end: &End<'_>, address: &Address) -> UnixListen {
    let name = name(scope, end, address);
    let file = local::file_access(scope, end.raw);
    if let UnixName::Abstract(_) = name {
        local::refuse_file_keys(scope, end.raw);
    }
    refuse_proxied_packets(scope, end);
    UnixListen {
        name,
        framing: framing(scope, end),
        allow: allow::local(scope, end.raw),
        file,
        proxy: tcp::proxy_accept(scope, end),
    }
}

pub(super) fn dial(scope: &mut Scope<'_>, end: &End<'_>, address: &Address) -> UnixDial {
    refuse_proxied_packets(scope, end);
    UnixDial {
        name: name(scope, end, address),
        framing: framing(scope, end),
        owner: scope.account(end.raw.owner.at(), AccountUse::Server),
        wait: end.raw.wait.get().map(|wait| wait.0),
        proxy: end.raw.proxy_protocol.get().copied(),
    }
}

fn name(scope: &mut Scope<'_>, end: &End<'_>, address: &Address) -> UnixName {
    match address {
        Address::Abstract(name) => paths::abstract_name(scope, end.spot, name),
        Address::Unix(path) => paths::unix_path(scope, end.spot, path),
        _ => UnixName::Abstract(String::new()),
    }
}

/// A PROXY header is the beginning of a stream; packets have none.
pub(super) fn refuse_proxied_packets(scope: &mut Scope<'_>, end: &End<'_>) {
    let packets = end.raw.framing.get() == Some(&Framing::Packet);
    if let (true, Some(at)) = (packets, end.raw.proxy_protocol.at()) {
        let fault = Fault::new("the PROXY protocol is for streams, not for packets");
        scope.fault(at.place.key, fault.hint("leave out one of `proxy_protocol` and `framing`"));
    }
}

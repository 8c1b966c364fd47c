//! `tcp:HOST:PORT`, and the socket below `tls:`.

use std::time::Duration;

use ipnet::IpNet;

use super::Scope;
use super::end::{End, framing};
use crate::config::address::Scheme;
use crate::config::model::{HostPort, ProxyAccept, TcpDial, TcpListen, TcpOptions};
use crate::config::report::Fault;

/// When keepalive probes start.
const KEEPALIVE: Duration = Duration::from_secs(60);
/// What Linux takes: tcp(7), TCP_KEEPIDLE, in whole seconds, and the kernel's
/// MAX_TCP_KEEPIDLE.
const SHORTEST_KEEPALIVE: Duration = Duration::from_secs(1);
const LONGEST_KEEPALIVE: Duration = Duration::from_secs(32_767);

pub(super) fn listen(scope: &mut Scope<'_>, end: &End<'_>, at: &HostPort) -> TcpListen {
    TcpListen {
        at: at.clone(),
        framing: framing(scope, end),
        tcp: options(scope, end),
        proxy: proxy_accept(scope, end),
    }
}

pub(super) fn dial(scope: &mut Scope<'_>, end: &End<'_>, to: &HostPort) -> TcpDial {
    if to.port == 0 {
        let fault = Fault::new("nobody can be dialled at port 0");
        scope.fault(end.spot, fault.expected("a port from 1 to 65535"));
    }
    dial_service(scope, end, to)
}

/// The same where the port comes from DNS.
pub(super) fn dial_service(scope: &mut Scope<'_>, end: &End<'_>, to: &HostPort) -> TcpDial {
    TcpDial {
        to: to.clone(),
        framing: framing(scope, end),
        tcp: options(scope, end),
        proxy: end.raw.proxy_protocol.get().copied(),
    }
}

pub(super) fn options(scope: &mut Scope<'_>, end: &End<'_>) -> TcpOptions {
    TcpOptions {
        nodelay: end.raw.nodelay.or(true),
        keepalive: keepalive(scope, end),
        reuse_port: end.raw.reuse_port.or(false),
    }
}

fn keepalive(scope: &mut Scope<'_>, end: &End<'_>) -> Option<Duration> {
    let Some(at) = end.raw.keepalive.at() else { return Some(KEEPALIVE) };
    let idle = at.value.0?;
    if !(SHORTEST_KEEPALIVE..=LONGEST_KEEPALIVE).contains(&idle) {
        let fault = Fault::new("the system takes no such keepalive time");
        let fault = fault.expected("from \"1s\" to \"32767s\" (about nine hours)");
        scope.fault(at.place.value, fault.hint("write `false` for none"));
    }
    Some(idle)
}

/// The PROXY header that a listening end expects.
pub(super) fn proxy_accept(scope: &mut Scope<'_>, end: &End<'_>) -> Option<ProxyAccept> {
    let from = end.raw.proxy_from.at();
    if let (Some(from), false) = (from, end.raw.proxy_protocol.is_given()) {
        let fault = Fault::new("`proxy_from` without `proxy_protocol`");
        scope.fault(from.place.key, fault.hint("set `proxy_protocol = \"v2\"` too"));
    }
    let detail = *end.raw.proxy_protocol.get()?;
    let from = match from {
        Some(from) => from.value.values().map(|network| network.0).collect(),
        None if end.scheme == Scheme::Unix => Vec::new(),
        None => loopback(),
    };
    Some(ProxyAccept { from, detail })
}

/// 127.0.0.0/8 and ::1.
fn loopback() -> Vec<IpNet> {
    let v4 = ipnet::Ipv4Net::new_assert(std::net::Ipv4Addr::new(127, 0, 0, 0), 8);
    vec![IpNet::V4(v4), IpNet::from(std::net::IpAddr::V6(std::net::Ipv6Addr::LOCALHOST))]
}

//! `[admin]`.

use std::net::IpAddr;

use super::applies::{self, Side};
use super::end::End;
use super::{Scope, pipe, tls, unix};
use crate::config::address::{Address, Scheme};
use crate::config::model::{AdminListen, HostPort};
use crate::config::raw::{Given, RawAdmin, RawEndTable};
use crate::config::report::{Fault, Spot};

/// The options of an end that mean something here: who may come in, and what is
/// shown to them.
const OPTIONS: [&str; 10] = [
    "address",
    "allow",
    "client_cert",
    "group",
    "identity",
    "max_tls",
    "min_tls",
    "owner",
    "permissions",
    "sddl",
];

/// Where metrics are served and where that is written; `None` when nowhere, or
/// wrongly.
pub(super) fn admin(
    scope: &mut Scope<'_>,
    raw: &RawAdmin,
    key: Spot,
) -> Option<(AdminListen, Spot)> {
    if !raw.listen.is_given() && !raw.misspelt.contains(&"listen") {
        scope.fault(
            key,
            Fault::new("`[admin]` has no `listen`")
                .expected("a key `listen`, such as listen = \"tcp:127.0.0.1:9464\""),
        );
    }
    let at = raw.listen.at()?;
    let table: &RawEndTable = &at.value.0;
    if !table.address.is_given() && !table.misspelt.contains(&"address") {
        let fault = Fault::new("the end has no `address`").expected("a key `address`");
        scope.fault(at.place.key, fault);
    }
    let address = table.address.at()?;
    let spot = address.place.value;
    let scheme = address.value.scheme();
    let end = End { raw: table, scheme, spot, mode: None };
    let listen = place(scope, raw, &end, &address.value)?;
    check_options(scope, &table.given, scheme);
    if scope.is_windows() && matches!(listen, AdminListen::Unix(_)) {
        let fault = Fault::new("`unix:` ends need a Unix system").hint("use `pipe:` on Windows");
        scope.fault(spot, fault);
    }
    if let (Some(remote), false) = (raw.remote.place(), matches!(listen, AdminListen::Tcp(_))) {
        scope.fault(remote.key, Fault::new("`remote` is for `tcp:`").hint("leave it out"));
    }
    Some((listen, spot))
}

fn place(
    scope: &mut Scope<'_>,
    raw: &RawAdmin,
    end: &End<'_>,
    address: &Address,
) -> Option<AdminListen> {
    Some(match address {
        Address::Tcp(at) => {
            refuse_remote(scope, raw, end.spot, at);
            AdminListen::Tcp(at.clone())
        }
        Address::Tls(at) => AdminListen::Tls(Box::new(tls::listen(scope, end, at))),
        Address::Unix(_) | Address::Abstract(_) => {
            AdminListen::Unix(unix::listen(scope, end, address))
        }
        Address::Pipe { host: None, name } => {
            AdminListen::Pipe(Box::new(pipe::listen(scope, end, None, name)))
        }
        other => {
            let fault = Fault::new(format!("`{}` is not for `[admin]`", other.scheme().prefix()));
            let expected = "`tcp:`, `tls:`, `unix:` or `pipe:` of this machine";
            scope.fault(end.spot, fault.expected(expected));
            return None;
        }
    })
}

fn check_options(scope: &mut Scope<'_>, given: &[Given], scheme: Scheme) {
    let (ours, others): (Vec<Given>, Vec<Given>) =
        given.iter().cloned().partition(|one| OPTIONS.contains(&one.key));
    applies::check(scope, &ours, scheme, Side::Listen);
    for one in others {
        let fault = Fault::new(format!("`{}` is not for `[admin]`", one.key));
        scope.fault(one.spot, fault.hint("leave it out"));
    }
}

/// Metrics tell who talks to whom; they leave the machine only on request.
fn refuse_remote(scope: &mut Scope<'_>, raw: &RawAdmin, spot: Spot, at: &HostPort) {
    let loopback = at.host.eq_ignore_ascii_case("localhost")
        || at.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if !loopback && !raw.remote.or(false) {
        let fault = Fault::new("other machines could read the metrics");
        scope.fault(
            spot,
            fault
                .expected("an address such as `tcp:127.0.0.1:9464`")
                .hint("use `tls:`, or set `remote = true` if they shall"),
        );
    }
}

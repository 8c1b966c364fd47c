//! `[admin]`.

use std::net::IpAddr;

use super::{Scope, paths};
use crate::config::address::Address;
use crate::config::model::{AdminListen, HostPort};
use crate::config::raw::RawAdmin;
use crate::config::report::{Fault, Spot};

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
    let spot = at.place.value;
    let listen = place(scope, raw, &at.value, spot)?;
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
    address: &Address,
    spot: Spot,
) -> Option<AdminListen> {
    Some(match address {
        Address::Tcp(at) => {
            refuse_remote(scope, raw, spot, at);
            AdminListen::Tcp(at.clone())
        }
        Address::Unix(path) => AdminListen::Unix(paths::unix_path(scope, spot, path)),
        Address::Abstract(name) => AdminListen::Unix(paths::abstract_name(scope, spot, name)),
        Address::Pipe { host: None, name } => AdminListen::Pipe(paths::pipe(scope, spot, name)),
        other => {
            let fault = Fault::new(format!("`{}` is not for `[admin]`", other.scheme().prefix()));
            scope.fault(spot, fault.expected("`tcp:`, `unix:` or `pipe:` of this machine"));
            return None;
        }
    })
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
                .hint("set `remote = true` if they shall"),
        );
    }
}

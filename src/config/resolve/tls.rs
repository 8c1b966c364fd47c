//! `tls:HOST:PORT`: who shows what to whom.

use rustls_pki_types::ServerName;

use super::end::End;
use super::identity::{self, Use};
use super::{Scope, allow, tcp};
use crate::config::address::Scheme;
use crate::config::model::{
    HostPort, TcpDial, TlsClients, TlsDial, TlsListen, TlsOptions, TlsServer, TlsVersion, Trust,
};
use crate::config::report::Fault;
use crate::config::values::words::{ClientCert, CloseNotify};

const LIST_OF_RULES: &str = "a list such as [{ dns = \"...\" }]";
const ANY_OR_RULES: &str = "`\"any\"`, or a list such as [{ dns = \"...\" }]";

pub(super) fn listen(scope: &mut Scope<'_>, end: &End<'_>, at: &HostPort) -> TlsListen {
    let TlsServer { identity, clients, tls } = server(scope, end);
    TlsListen { tcp: tcp::listen(scope, end, at), identity, clients, tls }
}

/// What is shown and asked, whatever the socket below.
pub(super) fn server(scope: &mut Scope<'_>, end: &End<'_>) -> TlsServer {
    let clients = clients(scope, end);
    let asks = matches!(clients, Some(TlsClients::Any | TlsClients::Rules(_)));
    TlsServer {
        identity: identity::of_end(scope, end, Use::Listen { asks_for_certificates: asks }),
        clients: clients.unwrap_or(TlsClients::Rules(Vec::new())),
        tls: options(scope, end),
    }
}

pub(super) fn dial(scope: &mut Scope<'_>, end: &End<'_>, to: &HostPort) -> TlsDial {
    let tcp = tcp::dial(scope, end, to);
    dial_over(scope, end, tcp)
}

/// The same where the port comes from DNS.
pub(super) fn dial_service(scope: &mut Scope<'_>, end: &End<'_>, to: &HostPort) -> TlsDial {
    let tcp = tcp::dial_service(scope, end, to);
    dial_over(scope, end, tcp)
}

fn dial_over(scope: &mut Scope<'_>, end: &End<'_>, tcp: TcpDial) -> TlsDial {
    check_server_name(scope, end);
    TlsDial {
        tcp,
        identity: identity::of_end(scope, end, Use::Dial),
        server_name: end.raw.server_name.get().cloned(),
        verify: end
            .raw
            .verify
            .at()
            .and_then(|at| allow::certificates(scope, &at.value.node, LIST_OF_RULES)),
        tls: options(scope, end),
    }
}

/// Which clients come in; `None` when that was not said, or said wrongly.
fn clients(scope: &mut Scope<'_>, end: &End<'_>) -> Option<TlsClients> {
    let anonymous = end.raw.client_cert.get() == Some(&ClientCert::None);
    match end.raw.allow.at() {
        Some(at) if anonymous => {
            let fault = Fault::new("`allow` without client certificates to look at");
            scope.fault(at.place.key, fault.hint("leave out `allow` or `client_cert`"));
            None
        }
        Some(at) if at.value.node.as_text() == Some("any") => Some(TlsClients::Any),
        Some(at) => allow::certificates(scope, &at.value.node, ANY_OR_RULES).map(TlsClients::Rules),
        None if anonymous => Some(TlsClients::Anonymous),
        None => {
            if !end.raw.client_cert.is_given() {
                let what = "says who may come in";
                let fault = match end.scheme {
                    Scheme::Handed => format!("a listening end with an `identity` {what}"),
                    _ => format!("a listening `tls:` end {what}"),
                };
                let fault = Fault::new(fault);
                scope.fault(end.spot, fault.expected(
                    "`allow = \"any\"`, `allow = [{ dns = \"...\" }]` or `client_cert = \"none\"`",
                ));
            }
            None
        }
    }
}

fn check_server_name(scope: &mut Scope<'_>, end: &End<'_>) {
    if let Some(at) = end.raw.server_name.at()
        && ServerName::try_from(at.value.as_str()).is_err()
    {
        let fault = Fault::new("no name that a certificate could carry");
        scope.fault(at.place.value, fault.expected("a DNS name or an IP address"));
    }
}

fn options(scope: &mut Scope<'_>, end: &End<'_>) -> TlsOptions {
    let min = end.raw.min_tls.or(TlsVersion::V1_2);
    let max = end.raw.max_tls.or(TlsVersion::V1_3);
    if let (true, Some(place)) = (min > max, end.raw.max_tls.place().or(end.raw.min_tls.place())) {
        let fault = Fault::new("`max_tls` is below `min_tls`");
        scope.fault(place.value, fault.expected("a version from `min_tls` up"));
    }
    TlsOptions {
        min,
        max,
        close_notify_optional: end.raw.close_notify.get() == Some(&CloseNotify::Optional),
        resume: end.raw.resume.or(true),
    }
}

/// Whether an identity's CAs can judge clients: the system's store vouches for
/// half the world's web servers, which says nothing about a client.
pub(super) fn judges_clients(trust: Option<&Trust>) -> bool {
    matches!(trust, Some(Trust::File(_)))
}

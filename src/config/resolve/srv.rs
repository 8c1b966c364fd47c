//! `srv:NAME`: a service whose hosts DNS names.

use super::end::End;
use super::{Scope, tcp, tls};
use crate::config::model::{HostPort, ServiceName, SrvDial, SrvTransport};
use crate::config::report::Fault;

pub(super) fn dial(scope: &mut Scope<'_>, end: &End<'_>, service: &ServiceName) -> SrvDial {
    let domain = HostPort { host: service.domain().to_owned(), port: 0 };
    let secure = end.raw.identity.is_given() || scope.default_identity.is_some();
    let over = if secure {
        SrvTransport::Tls(Box::new(tls::dial_service(scope, end, &domain)))
    } else {
        refuse_options_of_tls(scope, end);
        SrvTransport::Tcp(tcp::dial_service(scope, end, &domain))
    };
    SrvDial { service: service.clone(), over }
}

/// Somebody who writes `verify` believes that a certificate is looked at.
fn refuse_options_of_tls(scope: &mut Scope<'_>, end: &End<'_>) {
    const NEED_IDENTITY: &[&str] =
        &["verify", "server_name", "close_notify", "min_tls", "max_tls", "resume"];
    let misspelt = end.raw.misspelt.contains(&"identity");
    for one in end.raw.given.iter().filter(|one| NEED_IDENTITY.contains(&one.key) && !misspelt) {
        let fault = Fault::new(format!("`{}` without an `identity`: no TLS is spoken", one.key));
        scope.fault(one.spot, fault.expected("`identity` beside it"));
    }
}

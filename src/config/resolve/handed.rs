//! `fd:NAME`: what kind of socket it is shows when it is there; what is written
//! says what is wanted of it.

use super::end::{End, framing};
use super::{Scope, allow, tcp, tls, unix};
use crate::config::model::{HandedListen, HandedName};
use crate::config::report::Fault;
use crate::config::rules::LocalRules;

/// Options that mean something only where TLS is spoken.
const OF_TLS: [&str; 5] = ["client_cert", "close_notify", "min_tls", "max_tls", "resume"];

/// With an `identity` TLS is spoken, and `allow` is about certificates; without
/// one it is about accounts.
pub(super) fn listen(scope: &mut Scope<'_>, end: &End<'_>, name: &HandedName) -> HandedListen {
    let speaks_tls = end.raw.identity.is_given();
    unix::refuse_proxied_packets(scope, end);
    let (tls, allow) = if speaks_tls {
        (Some(tls::server(scope, end)), LocalRules::Default)
    } else {
        (None, accounts(scope, end))
    };
    HandedListen {
        name: name.clone(),
        framing: framing(scope, end),
        tcp: tcp::options(scope, end),
        tls,
        allow,
        proxy: tcp::proxy_accept(scope, end),
    }
}

fn accounts(scope: &mut Scope<'_>, end: &End<'_>) -> LocalRules {
    const HINT: &str = "name an `identity` too, and TLS is spoken on the socket";
    for given in end.raw.given.iter().filter(|given| OF_TLS.contains(&given.key)) {
        let fault = Fault::new(format!("`{}` without an `identity`", given.key));
        scope.fault(given.spot, fault.hint(HINT));
    }
    if let Some(at) = end.raw.allow.at()
        && at.value.node.as_text().is_some()
    {
        let fault = Fault::new("without an `identity`, `allow` has rules about accounts");
        let fault = fault.expected("a list such as [{ group = \"clients\" }]");
        scope.fault(at.place.value, fault.hint(HINT));
        return LocalRules::Default;
    }
    allow::local(scope, end.raw)
}

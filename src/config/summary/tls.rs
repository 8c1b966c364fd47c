//! What only a `tls:` end has.

use super::ends::Options;
use super::values::switch;
use crate::config::model::{TlsClients, TlsDial, TlsOptions, TlsServer};
use crate::config::rules::CertRule;
use crate::config::values::words::Word as _;

pub(super) fn listen(end: &TlsServer) -> Options {
    let mut options = vec![("identity", end.identity.clone())];
    match &end.clients {
        TlsClients::Anonymous => options.push(("client_cert", "none".to_owned())),
        TlsClients::Any => {
            options.push(("allow", "any certificate of the trusted CAs".to_owned()));
        }
        TlsClients::Rules(list) => options.push(("allow", rules(list))),
    }
    options.extend(versions(end.tls));
    options
}

pub(super) fn dial(end: &TlsDial) -> Options {
    let mut options = vec![("identity", end.identity.clone())];
    let name = end.server_name.as_deref().unwrap_or(&end.tcp.to.host);
    options.push(("server_name", name.to_owned()));
    options.extend(end.verify.as_ref().map(|list| ("verify", rules(list))));
    options.extend(versions(end.tls));
    options
}

fn versions(tls: TlsOptions) -> Options {
    let close_notify = if tls.close_notify_optional { "optional" } else { "required" };
    vec![
        ("min_tls", tls.min.word().to_owned()),
        ("max_tls", tls.max.word().to_owned()),
        ("close_notify", close_notify.to_owned()),
        ("resume", switch(tls.resume)),
    ]
}

fn rules(rules: &[CertRule]) -> String {
    rules.iter().map(rule).collect::<Vec<_>>().join("; or ")
}

fn rule(rule: &CertRule) -> String {
    let mut keys = Vec::new();
    let named = [
        ("cn", &rule.cn),
        ("ou", &rule.ou),
        ("dns", &rule.dns),
        ("uri", &rule.uri),
        ("email", &rule.email),
    ];
    for (key, patterns) in named.into_iter().filter(|(_, patterns)| !patterns.is_empty()) {
        keys.push(format!("{key} {}", patterns.join(" or ")));
    }
    if !rule.ip.is_empty() {
        keys.push(format!("ip {}", joined(&rule.ip)));
    }
    if !rule.spki.is_empty() {
        keys.push(format!("spki {}", joined(&rule.spki)));
    }
    keys.join(" and ")
}

fn joined(values: &[impl ToString]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ")
}

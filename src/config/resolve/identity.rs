//! `[identity.NAME]`, and the identity that an end uses.

use std::collections::BTreeMap;
use std::path::Path;

use super::Scope;
use super::end::End;
use super::tls::judges_clients;
use crate::config::machine::FileFault;
use crate::config::model::{Credential, Identity, Trust};
use crate::config::raw::{Named, RawIdentity};
use crate::config::read::Field;
use crate::config::report::{Fault, Spot};
use crate::config::suggest::{did_you_mean, one_of};

/// What an end does with its identity.
#[derive(Debug, Clone, Copy)]
pub(super) enum Use {
    /// It is shown to clients.
    Listen {
        /// And its CAs judge theirs.
        asks_for_certificates: bool,
    },
    /// Its CAs judge the server.
    Dial,
}

/// All identities of a file into the scope.
pub(crate) fn identities(scope: &mut Scope<'_>, raw: &Field<Named<RawIdentity>>) {
    for one in raw.get().map_or(&[][..], |named| &named.0) {
        let resolved = one.table.as_ref().and_then(|raw| identity(scope, &one.name, one.spot, raw));
        scope.identities.insert(one.name.clone(), resolved);
    }
}

/// One identity; `None` when it makes no sense.
pub(crate) fn identity(
    scope: &mut Scope<'_>,
    name: &str,
    spot: Spot,
    raw: &RawIdentity,
) -> Option<Identity> {
    let before = scope.report.count();
    if raw.given.is_empty() && raw.misspelt.is_empty() {
        let fault = Fault::new(format!("identity `{name}` is empty"));
        scope.fault(spot, fault.expected("`cert` and `key`, `pkcs12`, or `trust`"));
    }
    let credential = credential(scope, raw);
    let trust = raw.trust.get().map(|trust| match trust.as_str() {
        "system" => Trust::System,
        file => Trust::File(scope.join(file)),
    });
    if let (Some(crl), false) = (raw.crl.at(), raw.trust.is_given()) {
        let fault = Fault::new("`crl` without `trust`: nothing that it could revoke");
        scope.fault(crl.place.key, fault.hint("set `trust` to the CA that issued the list"));
    }
    let crl = raw.crl.get().into_iter().flat_map(|crl| crl.values());
    let crl = crl.map(|file| scope.join(file)).collect();
    let wrong = [&raw.cert, &raw.key, &raw.pkcs12, &raw.password_file, &raw.trust]
        .iter()
        .any(|field| matches!(field, Field::Wrong(_)));
    let good = scope.report.count() == before && !wrong && raw.misspelt.is_empty();
    let identity = good.then(|| Identity { name: name.to_owned(), credential, trust, crl })?;
    for FileFault { key, file, fault } in scope.machine.identity(&identity) {
        let place = written_at(scope, raw, key, file.as_deref()).unwrap_or(spot);
        scope.fault(place, fault);
    }
    Some(identity)
}

/// Where an identity names a file.
fn written_at(
    scope: &Scope<'_>,
    raw: &RawIdentity,
    key: &str,
    file: Option<&Path>,
) -> Option<Spot> {
    let one = match key {
        "cert" => &raw.cert,
        "key" => &raw.key,
        "pkcs12" => &raw.pkcs12,
        "password_file" => &raw.password_file,
        "trust" => &raw.trust,
        _ => {
            let lists = &raw.crl.get()?.0;
            let list = lists.iter().find(|at| file == Some(&scope.join(&at.value)))?;
            return Some(list.place.value);
        }
    };
    one.at().map(|at| at.place.value)
}

fn credential(scope: &mut Scope<'_>, raw: &RawIdentity) -> Option<Credential> {
    if raw.pkcs12.is_given() {
        for (key, other) in [("cert", &raw.cert), ("key", &raw.key)] {
            if let Some(other) = other.place() {
                let fault = Fault::new(format!("`{key}` beside `pkcs12`, which holds both"));
                scope.fault(other.key, fault.hint(format!("leave out `pkcs12` or `{key}`")));
            }
        }
    } else {
        if !raw.misspelt.contains(&"key") {
            need_both(scope, ("cert", &raw.cert), ("key", &raw.key));
        }
        if !raw.misspelt.contains(&"cert") {
            need_both(scope, ("key", &raw.key), ("cert", &raw.cert));
        }
        if let Some(place) = raw.password_file.place() {
            let fault = Fault::new("`password_file` is for `pkcs12`");
            scope.fault(place.key, fault.hint("PEM keys are not encrypted; leave it out"));
        }
    }
    match (raw.pkcs12.get(), raw.cert.get(), raw.key.get()) {
        (Some(file), ..) => Some(Credential::Pkcs12 {
            file: scope.join(file),
            password_file: raw.password_file.get().map(|file| scope.join(file)),
        }),
        (None, Some(cert), Some(key)) => {
            Some(Credential::Pem { cert: scope.join(cert), key: scope.join(key) })
        }
        _ => None,
    }
}

fn need_both(scope: &mut Scope<'_>, one: (&str, &Field<String>), other: (&str, &Field<String>)) {
    if let (Some(place), false) = (one.1.place(), other.1.is_given()) {
        let fault = Fault::new(format!("`{}` without `{}`", one.0, other.0));
        scope.fault(place.key, fault.expected(format!("`{}` beside it", other.0)));
    }
}

/// What makes an identity on the command line.
const FLAGS: &str =
    "`--trust` to dial, `--cert` and `--key` to be known, or `--config` with an `[identity.NAME]`";

/// The name of the identity that an end uses, checked for that use.
pub(super) fn of_end(scope: &mut Scope<'_>, end: &End<'_>, purpose: Use) -> String {
    let (name, spot) = match (end.raw.identity.at(), &scope.default_identity) {
        (Some(at), _) => (at.value.clone(), at.place.value),
        (None, Some(name)) => (name.clone(), end.spot),
        (None, None) => {
            if !end.raw.identity.is_given() {
                let fault = Fault::new("a `tls:` end needs an `identity`");
                let expected = match (scope.identities.is_empty(), scope.stdio_allowed) {
                    (true, true) => FLAGS.to_owned(),
                    _ => known(scope.identities.keys().map(String::as_str)),
                };
                scope.fault(end.spot, fault.expected(expected));
            }
            return String::new();
        }
    };
    match scope.identities.get(&name) {
        None => {
            let names = || scope.identities.keys().map(String::as_str);
            let shown: String = name.chars().take(64).collect();
            let fault = Fault::new(format!("no identity is called `{shown}`"))
                .expected(known(names()))
                .maybe_hint(did_you_mean(&name, names()));
            scope.fault(spot, fault);
        }
        Some(Some(identity)) => {
            if let Some(fault) = unfit(identity, purpose) {
                scope.fault(spot, fault);
            }
        }
        Some(None) => {}
    }
    name
}

fn known<'a>(names: impl Iterator<Item = &'a str> + Clone) -> String {
    if names.clone().next().is_none() {
        return "a table `[identity.NAME]` and its name here".to_owned();
    }
    one_of(names)
}

fn unfit(identity: &Identity, purpose: Use) -> Option<Fault> {
    let name = &identity.name;
    let missing = |what: &str| Fault::new(format!("identity `{name}` has no {what}"));
    match purpose {
        Use::Listen { .. } if identity.credential.is_none() => {
            Some(missing("certificate to show").expected("one with `cert` and `key`, or `pkcs12`"))
        }
        Use::Listen { asks_for_certificates: true } if !judges_clients(identity.trust.as_ref()) => {
            Some(match identity.trust {
                Some(_) => Fault::new(format!(
                    "identity `{name}` trusts the system's CAs, which say nothing about clients"
                ))
                .expected("one whose `trust` is a file"),
                None => missing("`trust`").expected("one that says which CAs issue to clients"),
            })
        }
        Use::Dial if identity.trust.is_none() => Some(
            missing("`trust`")
                .expected("one that says which CAs vouch for the server")
                .hint("set `trust` to a CA bundle, or to \"system\""),
        ),
        _ => None,
    }
}

/// The good ones, for the resolved configuration.
pub(crate) fn good(identities: BTreeMap<String, Option<Identity>>) -> BTreeMap<String, Identity> {
    identities.into_iter().filter_map(|(name, one)| one.map(|one| (name, one))).collect()
}

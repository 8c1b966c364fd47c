//! `allow` and `verify`: from tables to rules.

use super::Scope;
use super::applies::needs_windows;
use crate::config::machine::AccountUse;
use crate::config::raw::{RawCertRule, RawEndTable, RawLocalRule};
use crate::config::read::{Field, OneOrMany, Read};
use crate::config::report::Fault;
use crate::config::rules::{CertRule, CertRules, LocalRule, LocalRules};
use crate::config::tree::{Node, Value};

/// Rules about certificates; `None` when they could not be read.
pub(super) fn certificates(
    scope: &mut Scope<'_>,
    node: &Node,
    expected: &str,
) -> Option<CertRules> {
    if node.as_text().is_some() {
        let fault = Fault::new("rules about certificates are tables");
        scope.fault(node.spot, fault.expected(expected));
        return None;
    }
    let rules = OneOrMany::<RawCertRule>::read(node, &mut scope.report)?;
    for rule in &rules.0 {
        refuse_empty(scope, rule.value.given.is_empty(), rule.place.value, node, RawCertRule::KEYS);
    }
    Some(rules.values().map(cert_rule).collect())
}

fn cert_rule(raw: &RawCertRule) -> CertRule {
    CertRule {
        cn: list(&raw.cn, |pattern| pattern.0.clone()),
        ou: list(&raw.ou, |pattern| pattern.0.clone()),
        dns: list(&raw.dns, |pattern| pattern.0.clone()),
        uri: list(&raw.uri, |pattern| pattern.0.clone()),
        ip: list(&raw.ip, |network| network.0),
        email: list(&raw.email, |pattern| pattern.0.clone()),
        spki: list(&raw.spki, |pin| *pin),
    }
}

fn list<T, U>(field: &Field<OneOrMany<T>>, take: impl Fn(&T) -> U) -> Vec<U> {
    field.get().into_iter().flat_map(|many| many.values()).map(take).collect()
}

/// Rules about accounts.
pub(super) fn local(scope: &mut Scope<'_>, raw: &RawEndTable) -> LocalRules {
    let Some(at) = raw.allow.at() else {
        return LocalRules::Default;
    };
    let node = &at.value.node;
    if node.as_text().is_some() {
        let fault = Fault::new("rules about accounts are tables");
        scope.fault(node.spot, fault.expected("a list such as [{ group = \"clients\" }]"));
        return LocalRules::Default;
    }
    let Some(rules) = OneOrMany::<RawLocalRule>::read(node, &mut scope.report) else {
        return LocalRules::Default;
    };
    for rule in &rules.0 {
        let given = &rule.value.given;
        refuse_empty(scope, given.is_empty(), rule.place.value, node, RawLocalRule::KEYS);
        let sid = given.iter().find(|given| given.key == "sid");
        if let (Some(sid), false) = (sid, scope.is_windows()) {
            scope.fault(sid.spot, needs_windows("`sid`"));
        }
    }
    LocalRules::Rules(rules.values().map(|raw| local_rule(scope, raw)).collect())
}

fn local_rule(scope: &mut Scope<'_>, raw: &RawLocalRule) -> LocalRule {
    LocalRule {
        user: scope.account(raw.user.at(), AccountUse::User),
        group: scope.account(raw.group.at(), AccountUse::Group),
        sid: raw.sid.get().map(|sid| sid.0.clone()),
    }
}

/// A rule without keys would let everybody in; one whose only key is unknown
/// has been complained about already.
fn refuse_empty(
    scope: &mut Scope<'_>,
    empty: bool,
    spot: crate::config::report::Spot,
    node: &Node,
    keys: &[&'static str],
) {
    let written = match &node.value {
        Value::Array(items) => items.iter().find(|item| item.spot == spot),
        _ => Some(node),
    };
    let truly = written.and_then(Node::as_table).is_some_and(|table| table.entries.is_empty());
    if empty && truly {
        let fault = Fault::new("an empty rule says nothing about anybody");
        scope.fault(spot, fault.expected(crate::config::suggest::one_of(keys.iter().copied())));
    }
}

//! The whole configuration.

use std::time::Duration;

use super::bridge::{Placed, bridge, count};
use super::{PipePath, Scope, admin, control, duplicates, identity, log};
use crate::config::model::{Admin, Config, Sandbox};
use crate::config::raw::RawConfig;
use crate::config::report::{Fault, Spot};
use crate::config::values::durations::AnyDuration;
use crate::config::values::numbers::Connections;

const DRAIN: Duration = Duration::from_secs(30);
const CONNECTIONS: i64 = 20_000;

/// Resolves a file. `start` is where a mistake about the whole of it stands.
pub(crate) fn config(scope: &mut Scope<'_>, raw: &RawConfig, start: Spot) -> Config {
    pipe_path(scope, raw);
    identity::identities(scope, &raw.identity);
    let bridges = bridges(scope, raw, start);
    let admin = raw.admin.at().and_then(|at| admin::admin(scope, &at.value, at.place.key));
    let control = control::control(scope, raw);
    let beside = duplicates::Beside {
        admin: admin.as_ref().map(|(listen, spot)| (listen, *spot)),
        control: control.as_ref().map(|(one, spot)| (&one.pipe, *spot)),
    };
    duplicates::check(scope, &bridges, beside);
    Config {
        drain_timeout: raw.drain_timeout.or(AnyDuration(DRAIN)).0,
        max_connections: count(raw.max_connections.or(Connections::from_count(CONNECTIONS))),
        threads: raw.threads.get().map(|number| count(*number)),
        control: control.map(|(control, _)| control),
        watch: raw.watch.or(true),
        sandbox: raw.sandbox.or(Sandbox::On),
        admin: admin.map(|(listen, _)| Admin { listen }),
        log: log::log(scope, raw.log.get()),
        identities: identity::good(std::mem::take(&mut scope.identities)),
        bridges: bridges.into_iter().map(|placed| placed.bridge).collect(),
    }
}

pub(super) fn pipe_path(scope: &mut Scope<'_>, raw: &RawConfig) {
    let Some(at) = raw.pipe_path.at() else {
        return;
    };
    match PipePath::written(&at.value) {
        Ok(path) => scope.pipe_path = path,
        Err(fault) => scope.fault(at.place.value, fault),
    }
}

fn bridges(scope: &mut Scope<'_>, raw: &RawConfig, start: Spot) -> Vec<Placed> {
    let all = raw.bridge.get().map_or(&[][..], |named| &named.0);
    if all.is_empty() && !matches!(raw.bridge, crate::config::read::Field::Wrong(_)) {
        let fault = Fault::new("there is no bridge, so nothing would run");
        scope.fault(start, fault.expected("at least one table `[bridge.NAME]`"));
    }
    let resolve =
        |one: &crate::config::raw::One<_>| bridge(scope, &one.name, one.spot, one.table.as_ref()?);
    all.iter().filter_map(resolve).collect()
}

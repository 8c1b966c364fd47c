//! The swap: what was built comes into force, in one step. Nothing can fail in
//! it: what could is looked at before anything is touched.

use std::sync::Arc;

use super::build::{Built, Half, Ready};
use super::{Refusal, Reloaded, Reloader};
use crate::bridge::RunningBridge;
use crate::config::{Admin, AdminListen, Config};
use crate::gateway::admin::admission::asks_for_certificates;
use crate::gateway::drain::retire;
use crate::gateway::world::Now;
use crate::tls::Identities;

impl Reloader {
    /// Puts it in force, then judges the connections that are open.
    ///
    /// # Errors
    /// [`Refusal::Draining`] if the gateway began to stop meanwhile,
    /// [`Refusal::Overtaken`] if something else did; everything is as before then.
    pub(super) async fn swap(
        &self,
        config: Config,
        identities: Identities,
        built: Built,
    ) -> Result<Reloaded, Refusal> {
        let mut reloaded = Reloaded::default();
        let judged = {
            // Tasks that are begun here are the connections' runtime's.
            let _runtime = self.runtime.enter();
            let mut now = self.world.lock();
            if let Err(refusal) = still_fits(&now, &built) {
                built.revert();
                return Err(refusal);
            }
            self.swap_in(&mut now, config, identities, built, &mut reloaded)
        };
        self.world.show_certificates(&self.exposition);
        let judge = move || judged.iter().map(RunningBridge::judge).sum();
        reloaded.cut = tokio::task::spawn_blocking(judge).await.unwrap_or_default();
        Ok(reloaded)
    }

    fn swap_in(
        &self,
        now: &mut Now,
        mut config: Config,
        identities: Identities,
        built: Built,
        reloaded: &mut Reloaded,
    ) -> Vec<RunningBridge> {
        reloaded.restart = hold_back(&now.config, &mut config);
        reloaded.identities = renewed(&now.identities, &identities);
        self.total.resize(config.max_connections);
        self.exposition.daemon().limit(config.max_connections);
        let limit = config.drain_timeout;
        (now.config, now.identities) = (config, identities);
        // Each gives what it has before it gets another or goes.
        let ready: Vec<_> = built.halves.into_iter().map(Half::complete).collect();
        // Those that go: one of them may be where another one moves to.
        for bridge in built.removed {
            reloaded.removed.push(bridge.name().to_owned());
            bridge.drain();
            now.leaving.push(bridge.clone());
            tokio::spawn(retire(Arc::clone(&self.world), bridge, limit));
        }
        let mut judged = Vec::new();
        now.bridges = ready.into_iter().map(|one| settle(one, reloaded, &mut judged)).collect();
        judged
    }
}

/// Whether the plan was made for what runs now: a bridge that drains has no
/// listener to give, and takes none. Drains by hand begin under the same lock.
fn still_fits(now: &Now, built: &Built) -> Result<(), Refusal> {
    if now.draining {
        return Err(Refusal::Draining);
    }
    let mut touched = built.halves.iter().flat_map(Half::touches);
    match touched.find(|one| one.is_draining() || !one.takes_orders()) {
        Some(bridge) => Err(Refusal::Overtaken(bridge.name().to_owned())),
        None => Ok(()),
    }
}

/// Puts one bridge in force; those whose rules may be others go to `judged`.
fn settle(one: Ready, reloaded: &mut Reloaded, judged: &mut Vec<RunningBridge>) -> RunningBridge {
    let (bridge, list) = match one {
        Ready::Keep(running) => {
            reloaded.unchanged.push(running.name().to_owned());
            return running;
        }
        Ready::Renew(running, bridge) => {
            running.renew(*bridge);
            judged.push(running.clone());
            (running, &mut reloaded.changed)
        }
        Ready::Relocate(running, open) => {
            running.relocate(open);
            running.announce();
            judged.push(running.clone());
            (running, &mut reloaded.moved)
        }
        Ready::Open(open) => {
            let running = open.handle();
            open.run();
            running.announce();
            (running, &mut reloaded.added)
        }
    };
    list.push(bridge.name().to_owned());
    bridge
}

/// What cannot change while the gateway runs stays as it was; its names.
fn hold_back(old: &Config, new: &mut Config) -> Vec<String> {
    let mut held = Vec::new();
    let mut hold = |name: &str| held.push(name.to_owned());
    if old.threads != new.threads {
        hold("threads");
        new.threads = old.threads;
    }
    if !is_same_door(old.admin.as_ref(), new.admin.as_ref()) {
        hold("[admin] listen");
        new.admin.clone_from(&old.admin);
    }
    if old.control != new.control {
        hold("control");
        new.control.clone_from(&old.control);
    }
    if old.sandbox != new.sandbox {
        hold("sandbox");
        new.sandbox = old.sandbox;
    }
    if old.log != new.log {
        hold("[log]");
        new.log.clone_from(&old.log);
    }
    held
}

/// Whether the admin listener can go on: as it is, or over TLS with other
/// certificates and rules.
fn is_same_door(old: Option<&Admin>, new: Option<&Admin>) -> bool {
    match (old.map(|admin| &admin.listen), new.map(|admin| &admin.listen)) {
        (Some(AdminListen::Tls(old)), Some(AdminListen::Tls(new))) => {
            // Who sees the names of clients is settled when it is opened.
            old.tcp == new.tcp && asks_for_certificates(old) == asks_for_certificates(new)
        }
        (old, new) => old == new,
    }
}

/// Identities whose content differs.
fn renewed(old: &Identities, new: &Identities) -> Vec<String> {
    let differs = |one: &&Arc<crate::tls::Identity>| {
        old.get(one.name()).is_none_or(|before| !before.same_content(one))
    };
    new.iter().filter(differs).map(|one| one.name().to_owned()).collect()
}

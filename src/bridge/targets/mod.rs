//! Where a bridge's clients are taken: one target, or several.
//!
//! With one target nothing of this is in the way: it is dialled for every
//! client, and no state is kept. With several, each has a [`health::Health`]:
//! one that fails is left alone for a while, and probed or tried again. The
//! state never refuses a client by itself: while no target is well, all are
//! tried.

mod attempt;
mod backoff;
mod call;
mod health;
mod order;
mod probe;
mod reach;
mod target;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

pub(super) use self::attempt::Counted;
pub(super) use self::call::Call;
pub(super) use self::probe::Probes;
pub(super) use self::reach::reach;
pub(super) use self::target::Target;
pub use self::target::TargetState;
use super::Problem;
use crate::config::{self, Balance};
use crate::endpoint::PrepareError;
use crate::telemetry::metrics::TargetMeter;
use crate::tls::Identities;

/// The targets of a bridge under one configuration.
#[derive(Debug)]
pub(super) struct Targets {
    all: Box<[Arc<Target>]>,
    balance: Balance,
    /// All addresses, for people.
    text: String,
    /// Other settings are in force: their probes end.
    over: CancellationToken,
}

impl Targets {
    /// Prepares to dial; opens nothing yet.
    ///
    /// # Errors
    /// What can never be dialled as configured: all of it.
    pub fn prepare(config: &config::Targets, identities: &Identities) -> Result<Self, Problem> {
        let (mut all, mut mistakes, mut owners_only) = (Vec::new(), Vec::new(), true);
        for dial in config.iter() {
            match Target::new(dial, identities) {
                Ok(target) => all.push(Arc::new(target)),
                Err(error) if config.only().is_some() => return Err(error.into()),
                Err(error) => {
                    owners_only &= matches!(error, PrepareError::Owner(_));
                    mistakes.push(format!("target `{dial}`: {error}"));
                }
            }
        }
        if !mistakes.is_empty() {
            return Err(Problem::Targets { why: mistakes.join("; "), owners_only });
        }
        let all = all.into_boxed_slice();
        let text: Vec<_> = all.iter().map(|target| target.address()).collect();
        let text = text.join(", ");
        Ok(Self { all, balance: config.balance, text, over: CancellationToken::new() })
    }

    /// The only one, where there is no other.
    pub fn only(&self) -> Option<&Target> {
        match &*self.all {
            [only] => Some(only),
            _ => None,
        }
    }

    /// All addresses as configured, for people.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the certificates that are shown have the same content.
    pub fn show_the_same(&self, other: &Self) -> bool {
        self.all.len() == other.all.len()
            && self.all.iter().zip(&other.all).all(|(one, two)| one.shows_the_same(two))
    }

    /// Takes over what is known of those that stay: same address, same options.
    pub fn inherit(&mut self, old: &Self) {
        // Neither one that was alone nor one that will be has any state.
        if self.only().is_some() || old.only().is_some() {
            return;
        }
        for target in &mut self.all {
            let before = old.all.iter().find(|before| before.is_configured_as(target));
            if let (Some(before), Some(target)) = (before, Arc::get_mut(target)) {
                target.inherit(before);
            }
        }
    }

    /// Ends their probes: others are in force.
    pub fn retire(&self) {
        self.over.cancel();
    }

    /// Probes those that rest: what was taken over ([`Self::inherit`]). On the
    /// connections' runtime.
    pub fn probe_resting(&self, probes: &Probes<'_>) {
        for target in self.all.iter().filter(|target| target.health().rest().is_some()) {
            probes.begin(target, &self.over);
        }
    }

    /// Their numbers; none where there is only one.
    pub fn meters(&self) -> Vec<Arc<TargetMeter>> {
        match self.only() {
            Some(_) => Vec::new(),
            None => self.all.iter().map(|target| target.health().meter()).collect(),
        }
    }

    /// What is known of each; nothing where there is only one.
    pub fn states(&self) -> Vec<TargetState> {
        match self.only() {
            Some(_) => Vec::new(),
            None => self.all.iter().map(|target| target.state()).collect(),
        }
    }
}

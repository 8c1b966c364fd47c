//! One target: how to dial it, and what is known of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::super::ends::{connect_framing, connect_wait, prefix};
use super::health::Health;
use crate::config::Dial;
use crate::endpoint::{Dialer, PrepareError};
use crate::frame::Prefix;
use crate::tls::{Identities, Identity};

/// One target.
#[derive(Debug)]
pub(in crate::bridge) struct Target {
    config: Dial,
    dialer: Dialer,
    prefix: Option<Prefix>,
    wait: Option<Duration>,
    /// The one that it is shown.
    shown: Option<Arc<Identity>>,
    health: Arc<Health>,
    /// A task probes it.
    probed: AtomicBool,
}

/// What is known of a target at one moment.
#[derive(Debug, Clone)]
pub struct TargetState {
    /// Its address as configured.
    pub address: String,
    /// Whether clients are sent there.
    pub up: bool,
    /// Connections of the bridge that are open to it.
    pub open: u64,
    /// Attempts that did not reach it so far.
    pub failures: u64,
    /// Why the last of them did not, while it is left alone.
    pub error: Option<String>,
    /// When it is tried again, while it is left alone.
    pub retry_in: Option<Duration>,
}

impl Target {
    /// # Errors
    /// When it can never be dialled as configured.
    pub fn new(config: &Dial, identities: &Identities) -> Result<Self, PrepareError> {
        let identity = match config {
            Dial::Tls(dial) => Some(dial.identity.as_str()),
            Dial::Srv(dial) => dial.identity(),
            _ => None,
        };
        let dialer = Dialer::new(config, identities)?;
        let health = Arc::new(Health::new(dialer.address().to_owned()));
        Ok(Self {
            dialer,
            prefix: prefix(connect_framing(config)),
            wait: connect_wait(config),
            shown: identity.and_then(|name| identities.get(name).cloned()),
            config: config.clone(),
            health,
            probed: AtomicBool::new(false),
        })
    }

    pub fn address(&self) -> &str {
        self.dialer.address()
    }

    pub fn dialer(&self) -> &Dialer {
        &self.dialer
    }

    /// The length prefix of its framing; `None` for packets.
    pub fn prefix(&self) -> Option<Prefix> {
        self.prefix
    }

    /// How long a dial may wait for it, where that was said.
    pub fn wait(&self) -> Option<Duration> {
        self.wait
    }

    pub fn health(&self) -> &Arc<Health> {
        &self.health
    }

    /// Whether a connection that is opened and closed at once tells how it is
    /// and hurts nobody. A pipe's server may have one instance to give, and a
    /// FIFO's reader takes the end of it for the end of the data.
    pub fn can_be_probed(&self) -> bool {
        matches!(self.config, Dial::Tcp(_) | Dial::Tls(_) | Dial::Srv(_))
    }

    /// Whether the caller is to probe it: nobody else does.
    pub fn claim_probes(&self) -> bool {
        !self.probed.swap(true, Ordering::AcqRel)
    }

    /// Nobody probes it any more.
    pub fn release_probes(&self) {
        self.probed.store(false, Ordering::Release);
    }

    pub fn is_configured_as(&self, other: &Self) -> bool {
        self.config == other.config
    }

    pub fn shows_the_same(&self, other: &Self) -> bool {
        match (&self.shown, &other.shown) {
            (Some(one), Some(two)) => one.same_content(two),
            (one, two) => one.is_none() && two.is_none(),
        }
    }

    pub fn inherit(&mut self, before: &Self) {
        self.health = Arc::clone(&before.health);
    }

    pub fn state(&self) -> TargetState {
        let (meter, rest) = (self.health.meter(), self.health.rest());
        TargetState {
            address: self.address().to_owned(),
            up: meter.is_up(),
            open: meter.open_now(),
            failures: meter.failures(),
            retry_in: rest.as_ref().map(|(due, _)| due.saturating_duration_since(Instant::now())),
            error: rest.map(|(_, why)| why),
        }
    }
}

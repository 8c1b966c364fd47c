//! The settings of a running bridge that are in force, and where it listens.
//!
//! A connection keeps the settings it began with. New ones are judged by those
//! that are here, and so are the old ones when these change. Nobody is let in by
//! settings that were made for another listener than the one they came to.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::Shared;
use super::live::Live;
use crate::config::Listen;
use crate::endpoint::Listener;

/// Tells listeners apart, whichever bridge has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DoorId(u64);

impl DoorId {
    /// One that no other listener has or had.
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// What is in force.
#[derive(Debug)]
pub(super) struct Current {
    shared: RwLock<Arc<Shared>>,
    place: RwLock<Whereabouts>,
    /// Each listener that is open, or is promised, has one.
    open: Arc<()>,
}

/// Counts as a listener as long as it is there.
#[derive(Debug)]
pub(super) struct OpenDoor {
    _one: Arc<()>,
}

/// Where a bridge listens.
#[derive(Debug, Clone)]
pub(super) struct Whereabouts {
    /// The address that it really listens on.
    pub address: String,
    /// The socket that stands for a pipe, or the address of one that was handed
    /// over.
    pub socket: Option<String>,
}

impl Whereabouts {
    pub fn of(listener: &Listener) -> Self {
        let address = listener.address().to_owned();
        Self { address, socket: listener.place().map(str::to_owned) }
    }

    /// The same place for who goes on there under `listen`.
    pub fn under(mut self, listen: &Listen) -> Self {
        if let Some((_, rest)) = self.address.split_once(':') {
            self.address = format!("{}:{rest}", listen.scheme());
        }
        self
    }
}

impl Current {
    pub fn new(shared: Arc<Shared>, place: Whereabouts) -> Self {
        Self { shared: RwLock::new(shared), place: RwLock::new(place), open: Arc::default() }
    }

    /// The settings for who comes now.
    pub fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.shared.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The settings for who comes now to the listener that `known` are for: those
    /// of now, unless the bridge is to listen elsewhere by them.
    pub fn at_door_of(&self, known: &Arc<Shared>) -> Arc<Shared> {
        let now = self.shared();
        if now.door == known.door { now } else { Arc::clone(known) }
    }

    /// One listener more.
    pub fn open_door(&self) -> OpenDoor {
        OpenDoor { _one: Arc::clone(&self.open) }
    }

    /// How many listeners there are: one that closes is one of them.
    pub fn open_doors(&self) -> usize {
        Arc::strong_count(&self.open) - 1
    }

    /// Puts other settings in force.
    pub fn replace(&self, shared: Arc<Shared>) {
        *self.shared.write().unwrap_or_else(PoisonError::into_inner) = shared;
    }

    /// Where it listens.
    pub fn place(&self) -> Whereabouts {
        self.place.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// It listens elsewhere now.
    pub fn moved(&self, place: Whereabouts) {
        *self.place.write().unwrap_or_else(PoisonError::into_inner) = place;
    }

    /// Judges a connection that was let in by the settings `by` and is listed
    /// only now: others may have come into force meanwhile, and whoever put
    /// them there has judged only those that were listed.
    pub fn judge_late(&self, by: &Arc<Shared>, live: &Live) {
        let now = self.shared();
        if Arc::ptr_eq(by, &now) {
            return;
        }
        if let Some(why) = now.admission.judge().refuses(live) {
            live.cut(why);
        }
    }
}

//! The connections of a bridge that are open: who they are, and how to end one.
//!
//! An entry holds what the connection's own task would hold anyway, so that
//! being listed costs a connection little. The list is touched when a
//! connection opens and when it ends, never while it carries.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use crate::access::Peer;
use crate::ferry::Cut;
use crate::telemetry::ConnectionId;

/// One open connection.
#[derive(Debug)]
pub struct Live {
    id: ConnectionId,
    peer: Peer,
    /// Boxed: few know it.
    dialled_from: Option<Box<SocketAddr>>,
    accepted: Instant,
    /// When it was let in: its certificate was in date then.
    admitted: SystemTime,
    cut: Cut,
    why: OnceLock<Box<str>>,
}

impl Live {
    /// Its id, the same as in the log.
    pub fn id(&self) -> ConnectionId {
        self.id
    }

    /// Who it is.
    pub fn peer(&self) -> &Peer {
        &self.peer
    }

    /// Our own address on the connection to the target, where it was asked for.
    pub fn dialled_from(&self) -> Option<SocketAddr> {
        self.dialled_from.as_deref().copied()
    }

    /// Since it was accepted.
    pub fn age(&self) -> Duration {
        self.accepted.elapsed()
    }

    /// Payload bytes so far: to the target, to the client.
    pub fn carried(&self) -> (u64, u64) {
        self.cut.carried()
    }

    /// Ends it now; the first reason given is the one in its log line.
    pub fn cut(&self, why: impl Into<Box<str>>) {
        let _ = self.why.set(why.into());
        self.cut.pull();
    }

    pub(super) fn switch(&self) -> &Cut {
        &self.cut
    }

    pub(super) fn why(&self) -> Option<&str> {
        self.why.get().map(AsRef::as_ref)
    }

    pub(super) fn admitted(&self) -> SystemTime {
        self.admitted
    }
}

/// All that are open.
#[derive(Debug, Default)]
pub(super) struct Connections {
    open: Mutex<HashMap<ConnectionId, Arc<Live>>>,
    all_cut: AtomicBool,
}

/// A connection in the list; dropping it takes it out.
pub(super) struct Listed {
    list: Arc<Connections>,
    live: Arc<Live>,
}

impl Connections {
    /// Lists a connection that was let in and whose target was reached.
    pub fn enter(
        self: &Arc<Self>,
        id: ConnectionId,
        peer: Peer,
        dialled_from: Option<SocketAddr>,
        accepted: Instant,
    ) -> Listed {
        let (cut, why, admitted) = (Cut::default(), OnceLock::new(), SystemTime::now());
        let dialled_from = dialled_from.map(Box::new);
        let live = Arc::new(Live { id, peer, dialled_from, accepted, admitted, cut, why });
        self.lock().insert(id, Arc::clone(&live));
        if self.all_cut.load(Ordering::Acquire) {
            live.cut.pull();
        }
        Listed { list: Arc::clone(self), live }
    }

    /// All of them at this moment.
    pub fn all(&self) -> Vec<Arc<Live>> {
        self.lock().values().cloned().collect()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.lock().len()
    }

    /// The one with this id, as it is written.
    pub fn find(&self, id: &str) -> Option<Arc<Live>> {
        self.lock().values().find(|live| live.id.to_string() == id).cloned()
    }

    /// Cuts all of them, and whoever is still to come.
    pub fn cut(&self) {
        self.all_cut.store(true, Ordering::Release);
        for live in self.lock().values() {
            live.cut.pull();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ConnectionId, Arc<Live>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::ops::Deref for Listed {
    type Target = Live;

    fn deref(&self) -> &Live {
        &self.live
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        let mut open = self.list.lock();
        open.remove(&self.live.id);
        // What a rush needed is given back.
        if open.capacity() > 1024 && open.len() < open.capacity() / 8 {
            let room = open.len() * 2;
            open.shrink_to(room);
        }
    }
}

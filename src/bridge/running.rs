//! A bridge that runs, seen from outside: its numbers, how to change its
//! settings while it does, and how to stop it.

use std::io;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};
use tokio_util::task::TaskTracker;

use super::accept::Order;
use super::current::{Current, DoorId, Whereabouts};
use super::{Bridge, Live, OpenBridge, Shared, TargetState};
use crate::config::Mode;
use crate::endpoint::{Keep, Listener, Regrant, keep};
use crate::telemetry::metrics::BridgeMetrics;

/// More orders than one reload gives to one bridge.
const ORDERS_OF_A_RELOAD: usize = 2;

/// A listener that a running bridge was told to give away.
#[derive(Debug)]
pub struct Promised {
    pub(super) place: Whereabouts,
    pub(super) door: DoorId,
    pub(super) listener: oneshot::Receiver<Listener>,
}

/// A bridge that runs: a handle to change and to stop it by.
#[derive(Debug, Clone)]
pub struct RunningBridge {
    pub(super) name: Arc<str>,
    pub(super) current: Arc<Current>,
    pub(super) order: mpsc::Sender<Order>,
    pub(super) tasks: TaskTracker,
}

impl RunningBridge {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its mode.
    pub fn mode(&self) -> Mode {
        self.current.shared().mode
    }

    /// The address that it really listens on.
    pub fn address(&self) -> String {
        self.current.place().address
    }

    /// Says in the log that clients may come.
    pub fn announce(&self) {
        let Whereabouts { address, socket } = self.current.place();
        let (bridge, target) = (self.name(), self.target());
        tracing::info!(target: "pipeferry::bridge", bridge, address, socket, target, "listening");
    }

    /// The target's address, or those of all targets.
    pub fn target(&self) -> String {
        self.current.shared().targets.text().to_owned()
    }

    /// What is known of its targets; nothing where there is only one.
    pub fn targets(&self) -> Vec<TargetState> {
        self.current.shared().targets.states()
    }

    /// Its numbers.
    pub fn metrics(&self) -> Arc<BridgeMetrics> {
        Arc::clone(&self.current.shared().metrics)
    }

    /// The connections that are open, in no order.
    pub fn connections(&self) -> Vec<Arc<Live>> {
        self.current.shared().connections.all()
    }

    /// How many connections are open; under the same name, another bridge that
    /// was removed may have more.
    pub fn open_now(&self) -> usize {
        self.current.shared().connections.count()
    }

    /// Whether both are handles of one bridge.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.current, &other.current)
    }

    /// The open connection with this id.
    pub fn connection(&self, id: &str) -> Option<Arc<Live>> {
        self.current.shared().connections.find(id)
    }

    /// Whether it takes no more clients.
    pub fn is_draining(&self) -> bool {
        self.current.shared().draining.is_cancelled()
    }

    /// Whether `other` would be the same: configuration, certificates, accounts.
    pub fn is_same(&self, other: &Bridge) -> bool {
        let (one, two) = (self.current.shared(), &other.shared);
        let shown = one.targets.show_the_same(&two.targets);
        one.config == two.config && shown && one.admission.same_as(&two.admission)
    }

    /// What becomes of its listener if it is to serve `other`.
    pub fn keeps(&self, other: &Bridge) -> Keep {
        keep(&self.current.shared().config.listen, &other.shared.config.listen)
    }

    /// The rights that its socket's file needs to serve `other`.
    ///
    /// # Errors
    /// The system's.
    pub fn regrant(&self, other: &Bridge) -> io::Result<Option<Regrant>> {
        Regrant::between(&self.current.shared().config.listen, &other.shared.config.listen)
    }

    /// Puts the settings of `other` in force for all who come from now on; the
    /// listener goes on, and so do the connections, to be judged. On the
    /// connections' runtime.
    pub fn renew(&self, other: Bridge) {
        let place = self.current.place().under(&other.shared.config.listen);
        self.current.moved(place);
        let door = self.current.shared().door;
        let shared = self.adopt(Shared { door, ..other.shared });
        self.tell(Order::Adapt(shared));
    }

    /// The same, on a listener that was opened for it elsewhere, or that another
    /// bridge gives away; the old one is closed, unless it was given away before.
    /// On the connections' runtime.
    pub fn relocate(&self, other: OpenBridge) {
        let OpenBridge { shared, current, opening, .. } = other;
        self.current.moved(current.place());
        // Nothing else holds what was opened and has not run.
        drop(current);
        if let Ok(shared) = Arc::try_unwrap(shared) {
            let shared = self.adopt(shared);
            self.tell(opening.order(shared, self.current.open_door()));
        }
    }

    /// What the bridge has as long as it runs stays.
    fn adopt(&self, mut new: Shared) -> Arc<Shared> {
        let old = self.current.shared();
        old.targets.retire();
        new.targets.inherit(&old.targets);
        old.places.resize(new.config.max_connections);
        new.metrics.limit(new.config.max_connections);
        new.metrics.watch_targets(new.targets.meters());
        let new = Arc::new(Shared {
            places: Arc::clone(&old.places),
            connections: Arc::clone(&old.connections),
            draining: old.draining.clone(),
            called_off: old.called_off.clone(),
            ..new
        });
        self.current.replace(Arc::clone(&new));
        new.targets.probe_resting(&new.probes());
        new
    }

    /// Whether the listeners that it is not to have any more are closed.
    pub fn is_settled(&self) -> bool {
        self.current.open_doors() <= usize::from(!self.is_draining())
    }

    /// Whether it takes all orders that one reload may have for it.
    pub fn takes_orders(&self) -> bool {
        !self.order.is_closed() && self.order.capacity() >= ORDERS_OF_A_RELOAD
    }

    fn tell(&self, order: Order) {
        if self.order.try_send(order).is_err() && !self.is_draining() {
            tracing::error!(bridge = self.name(), "it does not listen to its orders; restart");
        }
    }

    /// Gives its listener away, and accepts nobody more: whoever waits in the
    /// system's queue waits for who takes it over. It cannot be had back, and
    /// whoever has it must run; a bridge that drains has none to give, nor one
    /// that takes no orders.
    pub fn hand_over(&self) -> Promised {
        let (to, listener) = oneshot::channel();
        self.tell(Order::HandOver(to));
        let door = self.current.shared().door;
        Promised { place: self.current.place(), door, listener }
    }

    /// Cuts the connections that the rules of now would not let in; says how
    /// many. Takes long where there are many.
    pub fn judge(&self) -> usize {
        let shared = self.current.shared();
        let judge = shared.admission.judge();
        let mut cut = 0;
        for live in shared.connections.all() {
            if let Some(why) = judge.refuses(&live) {
                live.cut(why);
                cut += 1;
            }
        }
        cut
    }

    /// Stops accepting, gives handshakes and dials a moment to finish, lets the
    /// rest go on.
    pub fn drain(&self) {
        let shared = self.current.shared();
        // Once: another bridge of this name may have come since.
        if !shared.draining.is_cancelled() {
            shared.metrics.watch_targets(Vec::new());
        }
        shared.draining.cancel();
        self.tasks.close();
    }

    /// Cuts off all connections, now.
    pub fn cut(&self) {
        self.drain();
        self.current.shared().called_off.cancel();
        self.current.shared().connections.cut();
    }

    /// Waits until the listener and all connections are gone; only after
    /// [`RunningBridge::drain`].
    pub async fn gone(&self) {
        self.tasks.wait().await;
    }
}

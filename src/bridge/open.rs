//! A bridge before it runs: prepared, then with its listener open.
//!
//! To prepare one touches nothing that a running bridge uses: a reload prepares
//! all of them and may then drop them again.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::accept::{Accept, Awaited, Door, Order, Post};
use super::admit::Admission;
use super::current::{Current, DoorId, OpenDoor, Whereabouts};
use super::ends::{check_file_owner, listen_framing, prefix};
use super::places::{Places, Seats};
use super::targets::Targets;
use super::{OpenError, Problem, Promised, RunningBridge, Shared, Verdict};
use crate::config::{self, Listen, UnixName};
use crate::endpoint::{Listener, Occupied, Protection, protection};
use crate::ferry::Limits;
use crate::telemetry::metrics::BridgeMetrics;
use crate::tls::Identities;

/// A bridge that is prepared: all but the listener is there.
#[derive(Debug)]
pub struct Bridge {
    pub(super) shared: Shared,
    protection: Option<Protection>,
}

/// A bridge whose listener is open, or comes from another one.
#[derive(Debug)]
pub struct OpenBridge {
    pub(super) shared: Arc<Shared>,
    pub(super) current: Arc<Current>,
    pub(super) opening: Opening,
    tasks: TaskTracker,
    order: mpsc::Sender<Order>,
    orders: mpsc::Receiver<Order>,
}

/// Where a bridge is going to listen.
#[derive(Debug)]
pub(super) enum Opening {
    Listener(Listener),
    /// Another bridge gives its own away.
    Promised(oneshot::Receiver<Listener>),
}

impl Opening {
    fn post(self, shared: Arc<Shared>, open: OpenDoor) -> Post {
        match self {
            Self::Listener(listener) => Post::At(Door { listener, shared, _open: open }.shown()),
            Self::Promised(listener) => Post::Awaits(Awaited { listener, shared, open }),
        }
    }

    pub fn order(self, shared: Arc<Shared>, open: OpenDoor) -> Order {
        match self {
            Self::Listener(listener) => {
                Order::Move(Box::new(Door { listener, shared, _open: open }))
            }
            Self::Promised(listener) => Order::TakeOver(Awaited { listener, shared, open }),
        }
    }
}

/// Orders that may wait: those of several reloads. A loop that is well waits for
/// nothing but clients, and takes them at once.
const ORDERS: usize = 16;

impl Bridge {
    /// Prepares a bridge: certificates and accounts are looked up, nothing is
    /// opened. `total` limits the connections of all bridges together.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn prepare(
        config: &config::Bridge,
        identities: &Identities,
        metrics: Arc<BridgeMetrics>,
        total: Arc<Seats>,
    ) -> Result<Self, OpenError> {
        let fail = |problem| OpenError { bridge: config.name.clone(), problem };
        let admission = Admission::new(&config.listen, identities).map_err(fail)?;
        check_file_owner(&config.listen).map_err(|error| fail(Problem::Owner(error)))?;
        let protection = protection(&config.listen, admission.local_rules())
            .map_err(|error| fail(error.into()))?;
        let targets = Targets::prepare(&config.connect, identities);
        let targets = targets.map_err(fail)?;
        let limits = Limits {
            idle: config.idle_timeout,
            half_close: config.half_close_timeout,
            lifetime: config.max_lifetime,
        };
        let shared = Shared {
            config: config.clone(),
            name: config.name.clone(),
            mode: config.mode,
            listen_prefix: prefix(listen_framing(&config.listen)),
            admission,
            targets,
            limits,
            max_message: config.max_message,
            handshake_timeout: config.handshake_timeout,
            metrics,
            door: DoorId::new(),
            places: Arc::new(Places::new(config.max_connections, total)),
            connections: Arc::default(),
            draining: CancellationToken::new(),
            called_off: CancellationToken::new(),
        };
        Ok(Self { shared, protection })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// Whether the system picks the port that it listens on.
    pub fn picks_its_port(&self) -> bool {
        match &self.shared.config.listen {
            Listen::Tcp(tcp) => tcp.at.port == 0,
            Listen::Tls(tls) => tls.tcp.at.port == 0,
            _ => false,
        }
    }

    /// What the system will be told of who may open its listening end, where
    /// that is a security descriptor.
    pub fn protection(&self) -> Option<&Protection> {
        self.protection.as_ref()
    }

    /// Whether it listens on a socket that has a file, which a successor can put
    /// its own in the place of.
    pub fn has_a_socket_file(&self) -> bool {
        match &self.shared.config.listen {
            Listen::Unix(unix) => matches!(unix.name, UnixName::Path(_)),
            Listen::Pipe(_) => cfg!(unix),
            _ => false,
        }
    }

    /// Opens the listener; clients may connect and wait from then on. `occupied`
    /// is about somebody who listens there.
    ///
    /// # Errors
    /// [`OpenError`] with the address and the system's reason.
    pub async fn open(self, occupied: Occupied) -> Result<OpenBridge, OpenError> {
        let rules = self.shared.admission.local_rules();
        match Listener::bind(&self.shared.config.listen, rules, occupied).await {
            Ok(listener) => Ok(self.opened(listener)),
            Err(error) => Err(OpenError { bridge: self.shared.name, problem: error.into() }),
        }
    }

    /// Takes the listener over that another bridge gives away, at the place that
    /// this one wants ([`RunningBridge::keeps`]).
    pub fn take_over(mut self, promised: Promised) -> OpenBridge {
        let place = promised.place.under(&self.shared.config.listen);
        self.shared.door = promised.door;
        self.opens(place, Opening::Promised(promised.listener))
    }

    fn opened(self, listener: Listener) -> OpenBridge {
        let place = Whereabouts::of(&listener);
        self.opens(place, Opening::Listener(listener))
    }

    fn opens(self, place: Whereabouts, opening: Opening) -> OpenBridge {
        let shared = Arc::new(self.shared);
        let current = Current::new(Arc::clone(&shared), place);
        let (order, orders) = mpsc::channel(ORDERS);
        let (current, tasks) = (Arc::new(current), TaskTracker::new());
        OpenBridge { shared, current, opening, tasks, order, orders }
    }
}

impl OpenBridge {
    /// A handle on the bridge, which does not run yet.
    pub fn handle(&self) -> RunningBridge {
        RunningBridge {
            name: self.shared.name.as_str().into(),
            current: Arc::clone(&self.current),
            order: self.order.clone(),
            tasks: self.tasks.clone(),
        }
    }

    /// Starts accepting.
    pub fn run(self) {
        // Not before: a configuration that is only looked at changes no metric.
        self.shared.metrics.limit(self.shared.config.max_connections);
        self.shared.metrics.watch_targets(self.shared.targets.meters());
        let (tasks, accept) = self.into_accept();
        tasks.spawn(accept.run());
    }

    /// Carries one connection and ends; the verdict is `None` if the bridge
    /// drained before a client came.
    pub fn run_once(self) -> JoinHandle<Option<Verdict>> {
        let (tasks, accept) = self.into_accept();
        tasks.spawn(accept.run_once())
    }

    fn into_accept(self) -> (TaskTracker, Accept) {
        let Self { shared, current, opening, tasks, orders, .. } = self;
        let post = opening.post(shared, current.open_door());
        (tasks.clone(), Accept { current, post, orders, tasks })
    }
}

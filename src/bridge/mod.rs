//! One bridge: accept, admit, dial, ferry, record.
//!
//! Each of those is a file here, and a connection goes through them in that
//! order, in one task of its own: a slow handshake delays nobody. A bridge
//! knows nothing of other bridges, of signals or of the admin page.

mod accept;
mod admit;
mod connection;
mod current;
mod dial;
mod ends;
mod judge;
mod live;
mod places;
mod record;
mod running;
mod targets;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::accept::{Accept, Order};
use self::admit::Admission;
use self::current::{Current, Whereabouts};
use self::ends::{check_file_owner, listen_framing, prefix};
use self::live::Connections;
pub use self::live::Live;
use self::places::Places;
pub use self::places::Seats;
pub use self::running::RunningBridge;
pub use self::targets::TargetState;
use self::targets::Targets;
use crate::access::UnknownName;
use crate::config::{self, Listen, Mode, UnixName};
use crate::endpoint::{
    BindError, Listener, Occupied, PrepareError, Protection, ProtectionError, protection,
};
use crate::ferry::Limits;
use crate::frame::Prefix;
use crate::telemetry::Outcome;
use crate::telemetry::metrics::BridgeMetrics;
use crate::tls::{Identities, TlsError};

/// Why a bridge could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("bridge `{bridge}`: {problem}")]
pub struct OpenError {
    /// The bridge's name.
    pub bridge: String,
    /// What is wrong.
    pub problem: Problem,
}

/// What keeps a bridge from being opened.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The listening end.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// A TLS end.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// `allow` names somebody who does not exist.
    #[error("{0}; `allow` must name existing accounts")]
    Allow(#[from] UnknownName),
    /// The listening end cannot be protected as written.
    #[error(transparent)]
    Protection(#[from] ProtectionError),
    /// `owner` or `group` names somebody who does not exist.
    #[error("{0}; `owner` and `group` must name existing accounts")]
    Owner(UnknownName),
    /// Some of several targets can never be dialled as written.
    #[error("{why}")]
    Targets {
        /// Each of them, and why.
        why: String,
        /// Whether it is all about an `owner` that does not exist.
        owners_only: bool,
    },
    /// pipeferry itself failed.
    #[error("pipeferry itself failed: {0}")]
    Broken(String),
}

impl OpenError {
    /// The mistake, its cause under it, then what to do.
    pub fn in_sentences(&self) -> String {
        let Problem::Bind(error) = &self.problem else { return format!("error: {self}") };
        let BindError { address, source } = error;
        let bridge = &self.bridge;
        let text =
            format!("error: bridge `{bridge}`: cannot listen on {address}\n  because {source}");
        let hint = error.hint().map(|hint| format!("\n  hint: {hint}"));
        text + &hint.unwrap_or_default()
    }

    /// Something panicked, and has said so.
    pub fn broken(bridge: String, why: String) -> Self {
        Self { bridge, problem: Problem::Broken(why) }
    }
}

impl From<PrepareError> for Problem {
    fn from(error: PrepareError) -> Self {
        match error {
            PrepareError::Tls(error) => Self::Tls(error),
            PrepareError::Owner(unknown) => Self::Owner(unknown),
        }
    }
}

/// How a connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The word.
    pub outcome: Outcome,
    /// Why, where the word leaves a question.
    pub reason: Option<String>,
}

/// What the connections of a bridge share: those that came under the same
/// configuration, and in the last part all of them.
#[derive(Debug)]
struct Shared {
    config: config::Bridge,
    name: String,
    mode: Mode,
    listen_prefix: Option<Prefix>,
    admission: Admission,
    targets: Targets,
    limits: Limits,
    max_message: usize,
    handshake_timeout: Duration,
    metrics: Arc<BridgeMetrics>,

    // Of the bridge as long as it runs, whatever its configuration says.
    places: Arc<Places>,
    connections: Arc<Connections>,
    /// No new connections; those that are not carried yet are called off soon.
    draining: CancellationToken,
    /// They are called off now.
    called_off: CancellationToken,
}

/// Who is let in and not carried yet when a drain begins may still be: dials
/// and handshakes that go well take less, and who keeps silent must not hold a
/// stop up.
const NOT_CARRIED_YET: Duration = Duration::from_secs(2);

impl Shared {
    /// Does the work of a connection that is not carried yet; `None` if that was
    /// called off.
    async fn unless_called_off<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let called_off = async {
            self.draining.cancelled().await;
            // Either way it is.
            let _ = timeout(NOT_CARRIED_YET, self.called_off.cancelled()).await;
        };
        tokio::select! {
            biased;
            done = work => Some(done),
            () = called_off => None,
        }
    }
}

/// A bridge that is prepared: all but the listener is there.
#[derive(Debug)]
pub struct Bridge {
    shared: Shared,
    protection: Option<Protection>,
}

/// A bridge whose listener is open.
#[derive(Debug)]
pub struct OpenBridge {
    shared: Arc<Shared>,
    current: Arc<Current>,
    listener: Listener,
    tasks: TaskTracker,
    order: mpsc::Sender<Order>,
    orders: mpsc::Receiver<Order>,
}

/// More orders than one reload gives.
const ORDERS: usize = 8;

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

    /// Takes a listener over that is open already, at the place that this bridge
    /// wants ([`RunningBridge::keeps`]).
    pub fn take_over(self, mut listener: Listener) -> OpenBridge {
        listener.adapt(&self.shared.config.listen);
        self.opened(listener)
    }

    fn opened(self, listener: Listener) -> OpenBridge {
        if let Some(instances) = listener.pipe_instances() {
            self.shared.metrics.watch_pipe_instances(instances);
        }
        let shared = Arc::new(self.shared);
        let current = Current::new(Arc::clone(&shared), Whereabouts::of(&listener));
        let (order, orders) = mpsc::channel(ORDERS);
        let (current, tasks) = (Arc::new(current), TaskTracker::new());
        OpenBridge { shared, current, listener, tasks, order, orders }
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
        let Self { current, listener, tasks, orders, .. } = self;
        (tasks.clone(), Accept { current, listener: Some(listener), orders, tasks })
    }
}

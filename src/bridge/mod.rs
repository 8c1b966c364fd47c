//! One bridge: accept, admit, dial, ferry, record.
//!
//! Each of those is a file here, and a connection goes through them in that
//! order, in one task of its own: a slow handshake delays nobody. A bridge
//! knows nothing of other bridges, of signals or of the admin page.

mod accept;
mod admit;
mod connection;
mod dial;
mod ends;
mod places;
mod record;
mod running;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::admit::Admission;
use self::ends::{check_file_owner, connect_framing, connect_timeout, listen_framing, prefix};
use self::places::Places;
pub use self::running::RunningBridge;
use crate::access::UnknownName;
use crate::config::{self, Listen, Mode};
use crate::endpoint::{
    BindError, Dialer, Listener, PrepareError, Protection, ProtectionError, protection,
};
use crate::ferry::{Cut, Limits};
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

/// What all connections of a bridge share.
#[derive(Debug)]
struct Shared {
    name: String,
    mode: Mode,
    listen_prefix: Option<Prefix>,
    connect_prefix: Option<Prefix>,
    admission: Admission,
    places: Places,
    dialer: Dialer,
    limits: Limits,
    max_message: usize,
    max_connections: usize,
    handshake_timeout: Duration,
    connect_timeout: Duration,
    metrics: Arc<BridgeMetrics>,
    /// No new connections; those that are not carried yet are called off.
    draining: CancellationToken,
    /// All connections end now.
    cut: Cut,
}

/// A bridge that is prepared: all but the listener is there.
#[derive(Debug)]
pub struct Bridge {
    shared: Arc<Shared>,
    listen: Listen,
    protection: Option<Protection>,
    tasks: TaskTracker,
}

/// A bridge whose listener is open.
#[derive(Debug)]
pub struct OpenBridge {
    bridge: Bridge,
    listener: Listener,
}

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
        total: Arc<Semaphore>,
    ) -> Result<Self, OpenError> {
        let fail = |problem| OpenError { bridge: config.name.clone(), problem };
        let admission = Admission::new(&config.listen, identities).map_err(fail)?;
        check_file_owner(&config.listen).map_err(|error| fail(Problem::Owner(error)))?;
        let protection = protection(&config.listen, admission.local_rules())
            .map_err(|error| fail(error.into()))?;
        let dialer = Dialer::new(&config.connect, identities);
        let dialer = dialer.map_err(|error| fail(error.into()))?;
        let limits = Limits {
            idle: config.idle_timeout,
            half_close: config.half_close_timeout,
            lifetime: config.max_lifetime,
        };
        let shared = Shared {
            name: config.name.clone(),
            mode: config.mode,
            listen_prefix: prefix(listen_framing(&config.listen)),
            connect_prefix: prefix(connect_framing(&config.connect)),
            admission,
            places: Places::new(config.max_connections, total),
            dialer,
            limits,
            max_message: config.max_message,
            max_connections: config.max_connections,
            handshake_timeout: config.handshake_timeout,
            connect_timeout: connect_timeout(config),
            metrics,
            draining: CancellationToken::new(),
            cut: Cut::default(),
        };
        Ok(Self {
            shared: Arc::new(shared),
            listen: config.listen.clone(),
            protection,
            tasks: TaskTracker::new(),
        })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// What the system will be told of who may open its listening end, where
    /// that is a security descriptor.
    pub fn protection(&self) -> Option<&Protection> {
        self.protection.as_ref()
    }

    /// Opens the listener; clients may connect and wait from then on.
    ///
    /// # Errors
    /// [`OpenError`] with the address and the system's reason.
    pub async fn open(self) -> Result<OpenBridge, OpenError> {
        let rules = self.shared.admission.local_rules();
        match Listener::bind(&self.listen, rules).await {
            Ok(listener) => {
                if let Some(instances) = listener.pipe_instances() {
                    self.shared.metrics.watch_pipe_instances(instances);
                }
                Ok(OpenBridge { bridge: self, listener })
            }
            Err(error) => {
                Err(OpenError { bridge: self.shared.name.clone(), problem: error.into() })
            }
        }
    }
}

impl OpenBridge {
    /// A handle on the bridge, which does not run yet.
    pub fn handle(&self) -> RunningBridge {
        RunningBridge {
            shared: Arc::clone(&self.bridge.shared),
            address: self.listener.address().to_owned(),
            path: self.listener.path().map(Path::to_owned),
            tasks: self.bridge.tasks.clone(),
        }
    }

    /// Starts accepting.
    pub fn run(self) {
        // Not before: a configuration that is only looked at changes no metric.
        self.bridge.shared.metrics.limit(self.bridge.shared.max_connections);
        let (tasks, accept) = self.into_accept();
        tasks.spawn(accept.run());
    }

    /// Carries one connection and ends; the verdict is `None` if the bridge
    /// drained before a client came.
    pub fn run_once(self) -> JoinHandle<Option<Verdict>> {
        let (tasks, accept) = self.into_accept();
        tasks.spawn(accept.run_once())
    }

    fn into_accept(self) -> (TaskTracker, accept::Accept) {
        let Self { bridge: Bridge { shared, tasks, .. }, listener } = self;
        (tasks.clone(), accept::Accept { shared, listener, tasks })
    }
}

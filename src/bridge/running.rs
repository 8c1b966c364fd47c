//! A bridge that runs, seen from outside: its numbers, and how to stop it.

use std::path::PathBuf;
use std::sync::Arc;

use tokio_util::task::TaskTracker;

use super::Shared;
use crate::config::Mode;
use crate::telemetry::metrics::BridgeMetrics;

/// A bridge that runs: a handle to stop it by.
#[derive(Debug, Clone)]
pub struct RunningBridge {
    pub(super) shared: Arc<Shared>,
    pub(super) address: String,
    pub(super) path: Option<PathBuf>,
    pub(super) tasks: TaskTracker,
}

impl RunningBridge {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// Its mode.
    pub fn mode(&self) -> Mode {
        self.shared.mode
    }

    /// The address that it really listens on.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Says in the log that clients may come.
    pub fn announce(&self) {
        let (bridge, address, target) = (self.name(), self.address(), self.target());
        let socket = self.path.as_deref().map(|path| tracing::field::display(path.display()));
        tracing::info!(target: "pipeferry::bridge", bridge, address, socket, target, "listening");
    }

    /// The target's address.
    pub fn target(&self) -> &str {
        self.shared.dialer.address()
    }

    /// Its numbers.
    pub fn metrics(&self) -> &Arc<BridgeMetrics> {
        &self.shared.metrics
    }

    /// Whether it takes no more clients.
    pub fn is_draining(&self) -> bool {
        self.shared.draining.is_cancelled()
    }

    /// Stops accepting, calls off handshakes and dials, lets the rest go on.
    pub fn drain(&self) {
        self.shared.draining.cancel();
        self.tasks.close();
    }

    /// Cuts off all connections, now.
    pub fn cut(&self) {
        self.drain();
        self.shared.cut.pull();
    }

    /// Waits until the listener and all connections are gone; only after
    /// [`RunningBridge::drain`].
    pub async fn gone(&self) {
        self.tasks.wait().await;
    }
}

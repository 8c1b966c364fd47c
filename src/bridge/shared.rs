//! What the connections of a bridge have in common: its settings, and when they
//! are called off.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::admit::Admission;
use super::current::DoorId;
use super::live::Connections;
use super::places::Places;
use super::targets::Targets;
use crate::config::{self, Mode};
use crate::ferry::Limits;
use crate::frame::Prefix;
use crate::telemetry::metrics::BridgeMetrics;

/// What the connections of a bridge share: those that came under the same
/// configuration, and in the last part all of them.
#[derive(Debug)]
pub(super) struct Shared {
    pub config: config::Bridge,
    pub name: String,
    pub mode: Mode,
    pub listen_prefix: Option<Prefix>,
    pub admission: Admission,
    pub targets: Targets,
    pub limits: Limits,
    pub max_message: usize,
    pub handshake_timeout: Duration,
    pub metrics: Arc<BridgeMetrics>,
    /// The listener that all this is for.
    pub door: DoorId,

    // Of the bridge as long as it runs, whatever its configuration says.
    pub places: Arc<Places>,
    pub connections: Arc<Connections>,
    /// No new connections; those that are not carried yet are called off soon.
    pub draining: CancellationToken,
    /// They are called off now.
    pub called_off: CancellationToken,
}

/// Who is let in and not carried yet when a drain begins may still be: dials
/// and handshakes that go well take less, and who keeps silent must not hold a
/// stop up.
const NOT_CARRIED_YET: Duration = Duration::from_secs(2);

impl Shared {
    /// Does the work of a connection that is not carried yet; `None` if that was
    /// called off.
    pub async fn unless_called_off<T>(&self, work: impl Future<Output = T>) -> Option<T> {
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

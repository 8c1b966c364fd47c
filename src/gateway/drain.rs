//! Draining a bridge while the gateway goes on: removed by a reload, or by hand.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::world::World;
use crate::bridge::RunningBridge;

/// After a cut, connections have so long to write their log lines.
pub(super) const LAST_WORDS: Duration = Duration::from_secs(5);

/// How a drain ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Drained {
    /// Connections that were open at its beginning and ended by themselves.
    pub finished: usize,
    /// Connections that were cut off at its limit.
    pub cut: usize,
}

/// Closes the listener, lets connections finish until `limit`, then cuts.
pub(super) async fn drain(bridge: &RunningBridge, limit: Duration) -> Drained {
    bridge.drain();
    let open = bridge.open_now();
    let mut cut = 0;
    if timeout(limit, bridge.gone()).await.is_err() {
        cut = bridge.open_now();
        let name = bridge.name();
        if cut > 0 {
            tracing::warn!(
                bridge = name,
                open = cut,
                "cutting off connections at the drain's limit"
            );
        }
        bridge.cut();
        // Beyond this only the log lines would be missing.
        let _ = timeout(LAST_WORDS, bridge.gone()).await;
    }
    Drained { finished: open.saturating_sub(cut), cut }
}

/// Drains a bridge that has gone from the configuration, and then forgets it.
pub(super) async fn retire(world: Arc<World>, bridge: RunningBridge, limit: Duration) {
    let (name, open) = (bridge.name().to_owned(), bridge.open_now());
    tracing::info!(bridge = name, open, ?limit, "a removed bridge drains");
    let Drained { finished, cut } = drain(&bridge, limit).await;
    world.lock().leaving.retain(|other| !other.is(&bridge));
    tracing::info!(bridge = name, finished, cut, "a removed bridge is gone");
}

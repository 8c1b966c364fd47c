//! Draining: all bridges at a stop; one while the gateway goes on, removed by a
//! reload or by hand.
//!
//! Nobody is cut before the limit, and nobody is waited for after it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::world::World;
use crate::bridge::RunningBridge;

/// After a cut, connections have so long to write their log lines.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// How the daemon came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// All connections had ended by themselves.
    Drained,
    /// Some were cut off: at the drain's limit, or by a second signal.
    CutOff,
}

impl Finish {
    /// The word for the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Drained => "drained",
            Self::CutOff => "cut off",
        }
    }
}

/// Stops accepting, lets connections finish until `limit` or a `second` signal,
/// whose name that is, then cuts.
pub(super) async fn drain_all(
    bridges: &[RunningBridge],
    limit: Duration,
    second: impl Future<Output = &'static str>,
) -> Finish {
    bridges.iter().for_each(RunningBridge::drain);
    let why = tokio::select! {
        () = all_gone(bridges) => return Finish::Drained,
        () = sleep(limit) => "the drain's limit",
        signal = second => signal,
    };
    cut(bridges, why).await
}

/// What is not carried yet is called off; that cuts nobody.
async fn cut(bridges: &[RunningBridge], why: &str) -> Finish {
    let open = count_open(bridges);
    if open > 0 {
        tracing::warn!(open, why, "cutting off connections");
    }
    bridges.iter().for_each(RunningBridge::cut);
    // Beyond this only the log lines would be missing.
    let _ = timeout(LAST_WORDS, all_gone(bridges)).await;
    if open > 0 { Finish::CutOff } else { Finish::Drained }
}

async fn all_gone(bridges: &[RunningBridge]) {
    for bridge in bridges {
        bridge.gone().await;
    }
}

/// How many connections of these bridges are open.
pub(super) fn count_open(bridges: &[RunningBridge]) -> usize {
    bridges.iter().map(RunningBridge::open_now).sum()
}

/// How the drain of a bridge ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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

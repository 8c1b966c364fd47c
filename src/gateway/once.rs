//! One connection and no more: `pipeferry connect`, `pipeferry relay --once`.

use super::{Prepared, StartError, StopSignals};
use crate::bridge::Verdict;
use crate::endpoint::Occupied;
use crate::telemetry::Outcome;

/// Opens the one bridge, carries one connection, ends. `None` if a signal came
/// before a client did; a signal while it is carried cuts it off.
///
/// # Errors
/// [`StartError::Open`].
pub async fn carry_one(
    prepared: Prepared,
    mut signals: StopSignals,
) -> Result<Option<Verdict>, StartError> {
    let Some(bridge) = prepared.bridges.into_iter().next() else { return Ok(None) };
    let open =
        bridge.open(Occupied::Refuse).await.map_err(|error| StartError::Open(vec![error]))?;
    let running = open.handle();
    running.announce();
    let mut verdict = open.run_once();
    tokio::select! {
        verdict = &mut verdict => return Ok(verdict.unwrap_or_else(|_| broken())),
        // What is on the command line cannot be read again.
        _ = signals.next_stop(|_| ()) => running.cut(),
    }
    Ok(verdict.await.unwrap_or_else(|_| broken()))
}

/// The task panicked, and has said so.
fn broken() -> Option<Verdict> {
    let reason = "pipeferry itself failed; please report the lines above".to_owned();
    Some(Verdict { outcome: Outcome::Cut, reason: Some(reason) })
}

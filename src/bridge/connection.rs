//! One connection's way: admit, dial, ferry, record.

use std::sync::Arc;

use tokio::time::Instant;

use super::dial::dial;
use super::places::Place;
use super::record::Record;
use super::{Shared, Verdict};
use crate::access::{Origin, Peer};
use crate::config::Mode;
use crate::endpoint::{Conn, Incoming};
use crate::ferry::{ByteFlow, Crossing, Ended, Flow, MessageFlow, Moved};
use crate::telemetry::metrics::OpenGuard;
use crate::telemetry::{ConnectionId, Outcome};

/// A connection's places, and that it counts as open.
struct Held {
    _own: Place,
    _total: Place,
    _open: OpenGuard,
}

/// A connection that is ready to be carried.
struct Prepared {
    client: Conn,
    target: Conn,
    held: Held,
}

/// Sees one client through, from accept to its log line. `place` is one in
/// front of the door, where admission takes time, else one of the bridge's.
pub(super) async fn run(
    shared: Arc<Shared>,
    incoming: Incoming,
    place: Place,
    accepted: Instant,
) -> Verdict {
    let id = ConnectionId::next();
    let Incoming { conn, mut peer } = incoming;
    // The handshakes' state is large and short-lived: on the heap, so that an
    // idle connection does not carry it.
    let prepared = Box::pin(prepare(&shared, conn, &mut peer, place, id)).await;
    let ended = match prepared {
        Ok(Prepared { client, target, held }) => {
            let ended = ferry(&shared, client, target, accepted).await;
            drop(held);
            ended
        }
        Err(ended) => ended,
    };
    let Ended { outcome, reason, to_target, to_client } = ended;
    let outcome = match outcome {
        Outcome::Done if shared.draining.is_cancelled() => Outcome::Drained,
        outcome => outcome,
    };
    let record = Record {
        shared: &shared,
        id,
        peer: &peer,
        accepted,
        to_target,
        to_client,
        outcome,
        reason,
    };
    record.write();
    Verdict { outcome: record.outcome, reason: record.reason }
}

/// Admits the client, finds it a place and reaches the target, unless the
/// bridge drains first.
async fn prepare(
    shared: &Arc<Shared>,
    conn: Conn,
    peer: &mut Peer,
    place: Place,
    id: ConnectionId,
) -> Result<Prepared, Ended> {
    let waiting = shared.metrics.wait();
    let admitted = shared.admission.admit(shared, conn, peer);
    let admitted = shared.draining.run_until_cancelled(admitted).await.ok_or_else(called_off)?;
    let client = admitted.map_err(|refused| never_carried(refused.outcome, refused.reason))?;
    let reached = async {
        let held = hold(shared, place).await?;
        drop(waiting);
        let target = dial(shared, peer, id).await;
        let target = target.map_err(|reason| never_carried(Outcome::DialFailed, reason))?;
        Ok((held, target))
    };
    let reached = shared.draining.run_until_cancelled(reached).await;
    match reached.unwrap_or_else(|| Err(called_off())) {
        Ok((held, target)) => {
            forget_announced(peer);
            Ok(Prepared { client, target, held })
        }
        Err(ended) => {
            client.abort();
            Err(ended)
        }
    }
}

/// Only admission and the PROXY header had a use for these.
fn forget_announced(peer: &mut Peer) {
    peer.tls = None;
    if let Origin::Local(process) = &mut peer.origin {
        process.account.forget_groups();
    }
    if let Some(proxied) = &mut peer.proxied {
        proxied.tlvs = Default::default();
    }
}

/// Waits until the connection may be open.
async fn hold(shared: &Arc<Shared>, place: Place) -> Result<Held, Ended> {
    let own = if shared.admission.takes_time() { shared.places.own().await } else { Ok(place) };
    let total = shared.places.total().await;
    match (own, total) {
        (Ok(own), Ok(total)) => Ok(Held { _own: own, _total: total, _open: shared.metrics.open() }),
        // The semaphores are never closed.
        _ => Err(called_off()),
    }
}

fn called_off() -> Ended {
    never_carried(Outcome::Drained, "called off: the gateway is stopping".to_owned())
}

fn never_carried(outcome: Outcome, reason: String) -> Ended {
    let (to_target, to_client) = (Moved::default(), Moved::default());
    Ended { outcome, reason: Some(reason), to_target, to_client }
}

async fn ferry(shared: &Shared, client: Conn, target: Conn, accepted: Instant) -> Ended {
    match shared.mode {
        Mode::Byte => {
            cross(shared, client, target, ByteFlow::new(), ByteFlow::new(), accepted).await
        }
        Mode::Message => {
            let (near, far, max) =
                (shared.listen_prefix, shared.connect_prefix, shared.max_message);
            let (up, down) = (MessageFlow::new(near, far, max), MessageFlow::new(far, near, max));
            // Larger than a byte connection by what framing needs.
            Box::pin(cross(shared, client, target, up, down, accepted)).await
        }
    }
}

async fn cross<F: Flow>(
    shared: &Shared,
    client: Conn,
    target: Conn,
    up: F,
    down: F,
    accepted: Instant,
) -> Ended {
    let (up_meter, down_meter) = (&shared.metrics.to_target, &shared.metrics.to_client);
    let crossing = Crossing { client, target, up, down, up_meter, down_meter };
    crossing.run(shared.limits, accepted, &shared.cut).await
}

//! One connection's way: admit, dial, ferry, record.

use std::pin::Pin;
use std::sync::Arc;

use tokio::time::Instant;
use tokio_util::either::Either;

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
// Not an `async fn`: that would hold its arguments twice, for as long as the
// connection is open.
pub(super) fn run(
    shared: Arc<Shared>,
    incoming: Incoming,
    place: Place,
    accepted: Instant,
) -> impl Future<Output = Verdict> {
    let Incoming { conn, mut peer } = incoming;
    async move {
        let id = ConnectionId::next();
        let ended = see_through(&shared, conn, &mut peer, place, id, accepted).await;
        record(&shared, id, &peer, accepted, ended)
    }
}

/// From admission to the end.
async fn see_through(
    shared: &Arc<Shared>,
    conn: Conn,
    peer: &mut Peer,
    place: Place,
    id: ConnectionId,
    accepted: Instant,
) -> Ended {
    // The handshakes' state is large and short-lived: on the heap, so that an
    // idle connection does not carry it.
    let (client, target, _held) = match Box::pin(prepare(shared, conn, peer, place, id)).await {
        Ok(Prepared { client, target, held }) => (client, target, held),
        Err(ended) => return ended,
    };
    ferry(shared, client, target, accepted).await
}

fn record(
    shared: &Shared,
    id: ConnectionId,
    peer: &Peer,
    accepted: Instant,
    ended: Ended,
) -> Verdict {
    let Ended { outcome, reason, to_target, to_client } = ended;
    let outcome = match outcome {
        Outcome::Done if shared.draining.is_cancelled() => Outcome::Drained,
        outcome => outcome,
    };
    let record = Record { shared, id, peer, accepted, to_target, to_client, outcome, reason };
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

/// Carries it, by the bridge's mode.
fn ferry(
    shared: &Shared,
    client: Conn,
    target: Conn,
    accepted: Instant,
) -> Either<impl Future<Output = Ended>, Pin<Box<impl Future<Output = Ended>>>> {
    match shared.mode {
        Mode::Byte => {
            let (up, down) = (ByteFlow::new(), ByteFlow::new());
            Either::Left(cross(shared, client, target, (up, down), accepted))
        }
        Mode::Message => {
            let (near, far, max) =
                (shared.listen_prefix, shared.connect_prefix, shared.max_message);
            let (up, down) = (MessageFlow::new(near, far, max), MessageFlow::new(far, near, max));
            // Larger than a byte connection by what framing needs.
            Either::Right(Box::pin(cross(shared, client, target, (up, down), accepted)))
        }
    }
}

fn cross<F: Flow>(
    shared: &Shared,
    client: Conn,
    target: Conn,
    (up, down): (F, F),
    accepted: Instant,
) -> impl Future<Output = Ended> {
    let (up_meter, down_meter) = (&shared.metrics.to_target, &shared.metrics.to_client);
    let crossing = Crossing { client, target, up, down, up_meter, down_meter };
    crossing.run(shared.limits, accepted, &shared.cut)
}

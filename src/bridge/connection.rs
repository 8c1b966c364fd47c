//! One connection's way: admit, dial, ferry, record.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use tokio::task::coop::unconstrained;
use tokio::time::Instant;
use tokio_util::either::Either;
use tracing::{Instrument, Span};

use super::current::Current;
use super::dial::{Reached, Via, dial};
use super::places::{Place, Standing};
use super::record::Record;
use super::{Shared, Verdict};
use crate::access::Peer;
use crate::config::Mode;
use crate::endpoint::{Conn, Incoming};
use crate::ferry::{ByteFlow, Crossing, Cut, Ended, Flow, MessageFlow, Moved};
use crate::frame::Prefix;
use crate::telemetry::metrics::OpenGuard;
use crate::telemetry::{ConnectionId, Outcome};

/// A connection's places, and that it counts as open.
struct Held {
    _places: [Place; 2],
    _open: OpenGuard,
}

/// A connection that is ready to be carried.
struct Prepared {
    client: Conn,
    target: Reached,
    held: Held,
}

/// Sees one client through, from accept to its log line, by the settings that it
/// came under. `place` is one in front of the door, where admission takes
/// time, else one of the bridge's.
// Not an `async fn`: that would hold its arguments twice, for as long as the
// connection is open.
pub(super) fn run(
    current: Arc<Current>,
    shared: Arc<Shared>,
    incoming: Incoming,
    place: Standing,
    accepted: Instant,
) -> impl Future<Output = Verdict> {
    let Incoming { conn, mut peer } = incoming;
    async move {
        let id = ConnectionId::next();
        let within = span(&shared.name, id);
        // Short-lived: on the heap, so that an idle connection does not carry it.
        let prepared = Box::pin({
            let shared = Arc::clone(&shared);
            let prepare = async move {
                let mut from = None;
                let prepared = prepare(&shared, conn, &mut peer, place, id, &mut from).await;
                (prepared, peer, from)
            };
            prepare.instrument(within)
        });
        // In a block: what is taken apart would be held as long as the connection
        // is open.
        let (client, Reached { conn: target, prefix, via }, held, peer, from) = {
            let (prepared, peer, from) = prepared.await;
            match prepared {
                Ok(Prepared { client, target, held }) => (client, target, held, peer, from),
                Err(ended) => return record(&shared, (id, &peer, from), accepted, None, ended),
            }
        };
        let live = shared.connections.enter(id, peer, from, accepted);
        current.judge_late(&shared, &live);
        let mut ended = ferry(&shared, client, (target, prefix), accepted, live.switch()).await;
        drop(held);
        if ended.outcome == Outcome::Cut && ended.reason.is_none() {
            ended.reason = live.why().map(str::to_owned);
        }
        let who = (id, live.peer(), live.dialled_from());
        record(&shared, who, accepted, via.as_deref(), ended)
    }
}

/// What is said in detail on the way in and to the target is said of this
/// connection. Most of it is of the TLS layer, and this is there where that is;
/// at level info it is nothing.
fn span(bridge: &str, id: ConnectionId) -> Span {
    tracing::debug_span!(target: "pipeferry::tls", "connection", bridge, %id)
}

fn record(
    shared: &Shared,
    (id, peer, dialled_from): (ConnectionId, &Peer, Option<SocketAddr>),
    accepted: Instant,
    via: Option<&Via>,
    ended: Ended,
) -> Verdict {
    let Ended { outcome, reason, to_target, to_client } = ended;
    let outcome = match outcome {
        Outcome::Done if shared.draining.is_cancelled() => Outcome::Drained,
        outcome => outcome,
    };
    let record = Record {
        shared,
        id,
        peer,
        dialled_from,
        accepted,
        via,
        to_target,
        to_client,
        outcome,
        reason,
    };
    record.write();
    Verdict { outcome: record.outcome, reason: record.reason }
}

/// Admits the client, finds it a place and reaches the target, unless the
/// bridge drains and has waited long enough. `from` becomes our own address on the
/// way to the target, where it is wanted.
async fn prepare(
    shared: &Arc<Shared>,
    conn: Conn,
    peer: &mut Peer,
    place: Standing,
    id: ConnectionId,
    from: &mut Option<SocketAddr>,
) -> Result<Prepared, Ended> {
    let waiting = shared.metrics.wait();
    let mut client = None;
    let reached = async {
        let admitted = shared.admission.admit(shared, conn, peer).await;
        let admitted = admitted.map_err(|refused| never_carried(refused.outcome, refused.reason));
        client = Some(admitted?);
        let held = hold(shared, place).await?;
        drop(waiting);
        let target = dial(shared, peer, id, from).await;
        let target = target.map_err(|reason| never_carried(Outcome::DialFailed, reason))?;
        Ok((held, target))
    };
    let reached = shared.unless_called_off(reached).await.unwrap_or_else(|| Err(called_off()));
    match (reached, client) {
        (Ok((held, target)), Some(client)) => {
            forget_announced(peer);
            Ok(Prepared { client, target, held })
        }
        (reached, admitted) => {
            if let Some(client) = admitted {
                client.abort();
            }
            Err(reached.err().unwrap_or_else(called_off))
        }
    }
}

/// Only the PROXY header had a use for these. Nothing of an account: a reload
/// judges it again.
fn forget_announced(peer: &mut Peer) {
    peer.tls = None;
    if let Some(proxied) = &mut peer.proxied {
        proxied.tlvs = Default::default();
    }
}

/// Waits until the connection may be open.
async fn hold(shared: &Arc<Shared>, place: Standing) -> Result<Held, Ended> {
    match shared.places.step_in(place).await {
        Ok(places) => Ok(Held { _places: places, _open: shared.metrics.open() }),
        // The semaphores are never closed.
        Err(_) => Err(called_off()),
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
    (target, far): (Conn, Option<Prefix>),
    accepted: Instant,
    cut: &Cut,
) -> Either<impl Future<Output = Ended>, Pin<Box<impl Future<Output = Ended>>>> {
    match shared.mode {
        Mode::Byte => {
            let flows = (ByteFlow::new(), ByteFlow::new());
            Either::Left(cross(shared, client, target, flows, accepted, cut))
        }
        Mode::Message => {
            let (near, max) = (shared.listen_prefix, shared.max_message);
            let flows = (MessageFlow::new(near, far, max), MessageFlow::new(far, near, max));
            // They end their turn themselves, and much more seldom than tokio's
            // budget would: each time, another thread is woken to look for work.
            let crossed = unconstrained(cross(shared, client, target, flows, accepted, cut));
            // Larger than a byte connection by what framing needs.
            Either::Right(Box::pin(crossed))
        }
    }
}

fn cross<F: Flow>(
    shared: &Shared,
    client: Conn,
    target: Conn,
    (up, down): (F, F),
    accepted: Instant,
    cut: &Cut,
) -> impl Future<Output = Ended> {
    let (up_meter, down_meter) = (&shared.metrics.to_target, &shared.metrics.to_client);
    let crossing = Crossing { client, target, up, down, up_meter, down_meter };
    crossing.run(shared.limits, accepted, cut)
}

#[cfg(test)]
mod tests;

//! One connection's way: admit, dial, ferry, record.

use std::sync::Arc;

use tokio::time::Instant;

use super::accept::Permit;
use super::dial::dial;
use super::record::Record;
use super::{Shared, Verdict};
use crate::access::Peer;
use crate::config::Mode;
use crate::endpoint::{Conn, Incoming};
use crate::ferry::{ByteFlow, Crossing, Ended, Flow, MessageFlow, Moved};
use crate::telemetry::{ConnectionId, Outcome};

/// Sees one client through, from accept to its log line.
pub(super) async fn run(
    shared: Arc<Shared>,
    incoming: Incoming,
    permit: Permit,
    accepted: Instant,
) -> Verdict {
    let id = ConnectionId::next();
    let Incoming { conn, mut peer } = incoming;
    let open = shared.metrics.open();
    // The handshakes' state is large and short-lived: on the heap, so that an
    // idle connection does not carry it.
    let prepared = Box::pin(prepare(&shared, conn, &mut peer, id)).await;
    let ended = match prepared {
        Ok((client, target)) => ferry(&shared, client, target, accepted).await,
        Err(ended) => ended,
    };
    drop((open, permit));
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

/// Admits the client and reaches the target, unless the bridge drains first.
async fn prepare(
    shared: &Shared,
    conn: Conn,
    peer: &mut Peer,
    id: ConnectionId,
) -> Result<(Conn, Conn), Ended> {
    let both = async {
        let admitted = shared.admission.admit(shared, conn, peer).await;
        let client = admitted.map_err(|refused| never_carried(refused.outcome, refused.reason))?;
        match dial(shared, peer, id).await {
            Ok(target) => {
                // Only the PROXY header had a use for these.
                peer.tls = None;
                if let Some(proxied) = &mut peer.proxied {
                    proxied.tlvs = Default::default();
                }
                Ok((client, target))
            }
            Err(reason) => {
                client.abort();
                Err(never_carried(Outcome::DialFailed, reason))
            }
        }
    };
    let prepared = shared.draining.run_until_cancelled(both).await;
    prepared.unwrap_or_else(|| {
        Err(never_carried(Outcome::Drained, "called off: the gateway is stopping".to_owned()))
    })
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

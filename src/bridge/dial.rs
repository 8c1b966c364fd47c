//! Reaches the target for a client that was let in.

use std::net::SocketAddr;

use super::Shared;
use super::targets::{Call, Counted, Probes, reach};
use crate::access::Peer;
use crate::endpoint::{Conn, Dialled};
use crate::frame::Prefix;
use crate::telemetry::ConnectionId;

/// A target that was reached.
pub(super) struct Reached {
    pub conn: Conn,
    /// The length prefix of its framing; `None` for packets.
    pub prefix: Option<Prefix>,
    /// What the bridge's configuration alone does not say.
    pub via: Option<Box<Via>>,
}

/// Which target was reached, where there was a choice.
#[derive(Debug)]
pub(super) struct Via {
    /// Of several: which, and that it counts.
    counted: Option<Counted>,
    /// The host and port that DNS named.
    place: Option<String>,
}

impl Via {
    /// The target's address, and the host behind it; `only` is the address of
    /// a target that has no others beside it.
    pub fn text(&self, only: &str) -> String {
        let address = self.counted.as_ref().map_or(only, Counted::address);
        match &self.place {
            Some(place) => format!("{address} ({place})"),
            None => address.to_owned(),
        }
    }
}

/// Dials, and tells the target who the client is if that is wanted. `from`
/// becomes our own address on that connection, where the dialler asked for it.
///
/// # Errors
/// One sentence on why no target was reached.
pub(super) async fn dial(
    shared: &Shared,
    peer: &Peer,
    id: ConnectionId,
    from: &mut Option<SocketAddr>,
) -> Result<Reached, String> {
    let call = Call { peer, id, metrics: &shared.metrics };
    let limit = shared.config.connect_timeout;
    if let Some(target) = shared.targets.only() {
        let dialled = call.dial(target, target.wait().unwrap_or(limit), from).await;
        let Dialled { conn, place, .. } = dialled.map_err(|missed| missed.at(target))?;
        let via = place.map(|place| Box::new(Via { counted: None, place: Some(place) }));
        return Ok(Reached { conn, prefix: target.prefix(), via });
    }
    // Large, and nothing to a bridge with one target.
    let reached = Box::pin(reach(&shared.targets, &shared.probes(), &call, limit, from)).await?;
    let (Dialled { conn, place, .. }, counted) = reached;
    let prefix = counted.prefix();
    Ok(Reached { conn, prefix, via: Some(Box::new(Via { counted: Some(counted), place })) })
}

impl Shared {
    /// What the probes of its targets need.
    pub(super) fn probes(&self) -> Probes<'_> {
        Probes { bridge: &self.name, draining: &self.draining, limit: self.config.connect_timeout }
    }
}

//! One dial of one target on behalf of one client.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::time::timeout;

use super::Target;
use crate::access::Peer;
use crate::endpoint::{DialError, Dialled};
use crate::proxy;
use crate::telemetry::ConnectionId;
use crate::telemetry::metrics::{BridgeMetrics, HandshakeEnd};

/// Who wants to reach a target.
pub(in crate::bridge) struct Call<'a> {
    pub peer: &'a Peer,
    pub id: ConnectionId,
    pub metrics: &'a BridgeMetrics,
}

/// A dial that did not reach its target.
pub(in crate::bridge) struct Missed {
    /// One sentence, without the target's address.
    pub why: String,
    /// It was for want of something on this machine, such as descriptors.
    pub our_fault: bool,
}

impl Missed {
    /// The sentence, for where nothing else names the target.
    pub fn at(&self, target: &Target) -> String {
        format!("{}: {}", target.address(), self.why)
    }
}

impl Call<'_> {
    /// Dials, and tells the target who the client is if that is wanted. `from`
    /// becomes our own address on that connection, where the dialler asked for it.
    ///
    /// # Errors
    /// Why it was not reached within `limit`.
    pub async fn dial(
        &self,
        target: &Target,
        limit: Duration,
        from: &mut Option<SocketAddr>,
    ) -> Result<Dialled, Missed> {
        let header = match target.dialer().proxy() {
            Some(detail) => proxy::from_peer(self.peer, detail, &self.id.to_string()),
            None => Vec::new(),
        };
        let started = Instant::now();
        let dialled = dial(target, &header, limit, from).await;
        self.metrics.dialled(started.elapsed());
        if let Ok(Dialled { handshake: Some(took), .. }) = dialled {
            self.metrics.handshaken(HandshakeEnd::Connect, took);
        }
        dialled
    }
}

/// Dials within `limit`.
///
/// # Errors
/// Why it was not reached.
pub(super) async fn dial(
    target: &Target,
    header: &[u8],
    limit: Duration,
    from: &mut Option<SocketAddr>,
) -> Result<Dialled, Missed> {
    let missed = |why: String, our_fault| Missed { why, our_fault };
    match timeout(limit, target.dialer().dial(header, limit, from)).await {
        Err(_) => Err(missed(format!("no answer within {:?}", to_the_millisecond(limit)), false)),
        Ok(Err(error)) => Err(missed(error.to_string(), DialError::is_shortage(&error))),
        Ok(Ok(dialled)) => Ok(dialled),
    }
}

/// For people: a share of a limit is seldom a round number, nor is a rest.
pub(super) fn to_the_millisecond(time: Duration) -> Duration {
    Duration::from_millis(time.as_millis() as u64)
}

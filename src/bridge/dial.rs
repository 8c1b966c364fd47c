//! Reaches the target for a client that was let in.

use std::net::SocketAddr;
use std::time::Instant;

use tokio::time::timeout;

use super::Shared;
use crate::access::Peer;
use crate::endpoint::Conn;
use crate::proxy;
use crate::telemetry::ConnectionId;
use crate::telemetry::metrics::HandshakeEnd;

/// Dials, and tells the target who the client is if that is wanted. `from`
/// becomes our own address on that connection, where the dialler asked for it.
///
/// # Errors
/// One sentence on why the target was not reached.
pub(super) async fn dial(
    shared: &Shared,
    peer: &Peer,
    id: ConnectionId,
    from: &mut Option<SocketAddr>,
) -> Result<Conn, String> {
    let header = match shared.dialer.proxy() {
        Some(detail) => proxy::from_peer(peer, detail, &id.to_string()),
        None => Vec::new(),
    };
    let started = Instant::now();
    let dialled = timeout(shared.connect_timeout, shared.dialer.dial(&header, from)).await;
    shared.metrics.dialled(started.elapsed());
    let address = shared.dialer.address();
    match dialled {
        Err(_) => Err(format!("{address}: no answer within {:?}", shared.connect_timeout)),
        Ok(Err(error)) => Err(format!("{address}: {error}")),
        Ok(Ok(dialled)) => {
            if let Some(took) = dialled.handshake {
                shared.metrics.handshaken(HandshakeEnd::Connect, took);
            }
            Ok(dialled.conn)
        }
    }
}

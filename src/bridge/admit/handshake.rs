//! The client's TLS handshake, with the rules about certificates inside it.

use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use tokio::net::TcpStream;

use super::{Refused, in_time};
use crate::access::{Peer, TlsSession};
use crate::bridge::turns::Turn;
use crate::config::{TlsClients, TlsServer};
use crate::endpoint::tls::{HandshakeError, Shaken, accept};
use crate::endpoint::{Conn, Stream, turn_away};
use crate::tls::{self, Identities, Identity, Refusal, TlsError};

/// How a bridge shakes hands with its clients, and whom it lets in by their
/// certificates.
pub(super) struct TlsAdmission {
    config: Arc<ServerConfig>,
    fin_is_end: bool,
    pub identity: Arc<Identity>,
    pub clients: TlsClients,
}

impl std::fmt::Debug for TlsAdmission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TlsAdmission").field("fin_is_end", &self.fin_is_end).finish()
    }
}

impl TlsAdmission {
    pub fn new(listen: &TlsServer, identities: &Identities) -> Result<Self, TlsError> {
        let identity = identities
            .get(&listen.identity)
            .ok_or_else(|| TlsError::NoCredential(listen.identity.clone()))?;
        let config = tls::server_config(identity, listen.clone())?;
        Ok(Self {
            config,
            fin_is_end: listen.tls.close_notify_optional,
            identity: Arc::clone(identity),
            clients: listen.clients.clone(),
        })
    }

    /// Shakes hands within `limit`, or its `turn` if others wait; `peer` learns whose certificate it was even
    /// if that is refused.
    pub async fn handshake(
        &self,
        tcp: TcpStream,
        peer: &mut Peer,
        limit: Duration,
        turn: &Turn,
    ) -> Result<Conn, Refused> {
        let accepted = accept(tcp, Arc::clone(&self.config), self.fin_is_end);
        let shaken = in_time("TLS handshake", limit, turn, accepted);
        let (shaken, seen) = tls::witness(shaken).await;
        match shaken? {
            Ok(Shaken { conn, session, names, chain, .. }) => {
                let session = TlsSession { sni: seen.sni, ..session };
                peer.tls = Some(Box::new(session));
                peer.certificate = names.map(Box::new);
                peer.chain = (!chain.is_empty())
                    .then(|| chain.iter().map(|der| der.as_ref().into()).collect());
                Ok(Stream::Tls(Box::new(conn)).into())
            }
            Err(HandshakeError { error, tcp }) => {
                turn_away(tcp).await;
                peer.certificate = seen.names.clone().map(Box::new);
                Err(match seen.classify(&error) {
                    Refusal::Denied { reason } => Refused::denied(reason),
                    Refusal::Failed { reason } => Refused::failed(reason),
                })
            }
        }
    }
}

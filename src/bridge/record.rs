//! What is left of a connection when it has ended: one log line, some numbers.

use std::borrow::Cow;
use std::net::SocketAddr;

use tokio::time::Instant;

use super::Shared;
use super::dial::Via;
use crate::access::{self, CertificateNames, Peer};
use crate::config::Mode;
use crate::ferry::Moved;
use crate::telemetry::{AccessRecord, Carried, ConnectionId, Outcome};

/// A connection that has ended.
pub(super) struct Record<'a> {
    pub shared: &'a Shared,
    pub id: ConnectionId,
    pub peer: &'a Peer,
    pub dialled_from: Option<SocketAddr>,
    pub accepted: Instant,
    /// Which target was reached, where there was a choice.
    pub via: Option<&'a Via>,
    pub to_target: Moved,
    pub to_client: Moved,
    pub outcome: Outcome,
    pub reason: Option<String>,
}

impl Record<'_> {
    /// Counts it and writes its line.
    pub fn write(&self) {
        let lived = self.accepted.elapsed();
        self.shared.metrics.ended(self.outcome, lived);
        let identity = self.peer.certificate.as_deref().map(Names);
        let all = self.shared.targets.text();
        let target = self.via.map_or(Cow::Borrowed(all), |via| Cow::Owned(via.text(all)));
        AccessRecord {
            bridge: &self.shared.name,
            id: self.id,
            first_id: self.peer.first_id(),
            client: self.peer,
            identity: identity.as_ref().map(|names| names as &dyn std::fmt::Display),
            target: &target,
            dialled_from: self.dialled_from,
            to_target: self.carried(self.to_target),
            to_client: self.carried(self.to_client),
            lived,
            outcome: self.outcome,
            reason: self.reason.as_ref().map(|reason| reason as &dyn std::fmt::Display),
        }
        .write();
    }

    fn carried(&self, moved: Moved) -> Carried {
        let messages = (self.shared.mode == Mode::Message).then_some(moved.messages);
        Carried { bytes: moved.bytes, messages }
    }
}

struct Names<'a>(&'a CertificateNames);

impl std::fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&access::describe(self.0))
    }
}

//! Tickets for clients with certificates: resumption that checks again.
//!
//! A resumed session skips the certificate and with it the chain, the dates,
//! the CRL and the rules. So a ticket of ours holds the chain that was shown,
//! and before it is honoured the listener's verifier judges that chain anew, as
//! of now. If it no longer stands, there is no such session: the handshake is
//! a full one, and refuses the client by an alert as any other.
//!
//! Each resumption hands out a new ticket, so that a session could go on for
//! ever and its client never show again that the key is his. So a ticket also
//! says when he last did, and that may not be longer ago than [`LONGEST`]
//! (RFC 8446, 4.6.1).
//!
//! Nothing is kept here: all is in the ticket, sealed under keys that live in
//! memory and that a new configuration does not know. A chain that was never
//! verified by this listener cannot get into one.

use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::ProducesTickets;
use rustls::server::danger::ClientCertVerifier;

use super::sighting::{self, Proved};

/// A session goes on for so long after the handshake that began it.
pub(super) const LONGEST: Duration = Duration::from_secs(6 * 60 * 60);

/// Larger tickets are not handed out: they cost more than a full handshake.
const LONGEST_CHAIN: usize = 16 * 1024;

/// A client may offer many, and to judge each costs as much as a handshake.
const MOST_TRIED: u8 = 4;

/// Seals the chain beside the session.
#[derive(Debug)]
pub(super) struct CheckedTickets {
    seal: Arc<dyn ProducesTickets>,
    verifier: Arc<dyn ClientCertVerifier>,
}

impl CheckedTickets {
    /// Tickets under the keys of `seal`, for whom `verifier` lets in.
    pub fn new(seal: Arc<dyn ProducesTickets>, verifier: Arc<dyn ClientCertVerifier>) -> Self {
        Self { seal, verifier }
    }

    /// The session in a ticket that may go on at `now`.
    pub fn honour(&self, ticket: &[u8], now: UnixTime) -> Option<Vec<u8>> {
        let plain = self.seal.decrypt(ticket)?;
        if !sighting::try_ticket(MOST_TRIED) {
            return None;
        }
        let (proved, session) = read(&plain)?;
        let age = now.as_secs().checked_sub(proved.at.as_secs())?;
        let (leaf, rest) = proved.chain.split_first()?;
        if age > LONGEST.as_secs() || self.verifier.verify_client_cert(leaf, rest, now).is_err() {
            return None;
        }
        sighting::date_back(proved.at);
        Some(session.to_vec())
    }
}

impl ProducesTickets for CheckedTickets {
    fn enabled(&self) -> bool {
        true
    }

    fn lifetime(&self) -> u32 {
        self.seal.lifetime()
    }

    /// Nothing for a client whose chain was not seen in this handshake.
    fn encrypt(&self, session: &[u8]) -> Option<Vec<u8>> {
        let mut plain = sighting::with_proved(write)??;
        plain.extend_from_slice(session);
        self.seal.encrypt(&plain)
    }

    fn decrypt(&self, ticket: &[u8]) -> Option<Vec<u8>> {
        self.honour(ticket, UnixTime::now())
    }
}

/// The time, the count, then each certificate behind its length.
fn write(proved: &Proved) -> Option<Vec<u8>> {
    let mut bytes = proved.at.as_secs().to_be_bytes().to_vec();
    bytes.push(u8::try_from(proved.chain.len()).ok().filter(|count| *count > 0)?);
    for certificate in &proved.chain {
        bytes.extend_from_slice(&u16::try_from(certificate.len()).ok()?.to_be_bytes());
        bytes.extend_from_slice(certificate);
    }
    (bytes.len() <= LONGEST_CHAIN).then_some(bytes)
}

fn read(bytes: &[u8]) -> Option<(Proved, &[u8])> {
    let (at, bytes) = bytes.split_first_chunk()?;
    let at = UnixTime::since_unix_epoch(Duration::from_secs(u64::from_be_bytes(*at)));
    let (count, mut bytes) = bytes.split_first()?;
    let mut chain = Vec::new();
    for _ in 0..*count {
        let (len, rest) = bytes.split_first_chunk::<2>()?;
        let (certificate, rest) = rest.split_at_checked(u16::from_be_bytes(*len).into())?;
        chain.push(CertificateDer::from(certificate).into_owned());
        bytes = rest;
    }
    Some((Proved { chain, at }, bytes))
}

#[cfg(test)]
mod tests;

//! Tickets for clients with certificates: resumption that checks again.
//!
//! A resumed session skips the certificate and with it the chain, the dates,
//! the CRL and the rules. So a ticket of ours holds the chain that was shown,
//! and before it is honoured the listener's verifier judges that chain anew, as
//! of now. If it no longer stands, there is no such session: the handshake is
//! a full one, and refuses the client by an alert as any other.
//!
//! Nothing is kept here: all is in the ticket, sealed under keys that last six
//! hours and that a new configuration does not know. A chain that was never
//! verified by this listener cannot get into one.

use std::sync::Arc;

use rustls::Error;
use rustls::crypto::ring::Ticketer;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::ProducesTickets;
use rustls::server::danger::ClientCertVerifier;

use super::sighting;

/// Larger tickets are not handed out: they cost more than a full handshake.
const LONGEST_CHAIN: usize = 16 * 1024;

/// Seals the chain beside the session.
#[derive(Debug)]
pub(super) struct CheckedTickets {
    seal: Arc<dyn ProducesTickets>,
    verifier: Arc<dyn ClientCertVerifier>,
}

impl CheckedTickets {
    /// # Errors
    /// When the system has no random numbers.
    pub fn new(verifier: Arc<dyn ClientCertVerifier>) -> Result<Self, Error> {
        Ok(Self { seal: Ticketer::new()?, verifier })
    }

    fn still_stands(&self, chain: &[CertificateDer<'_>]) -> bool {
        let Some((leaf, rest)) = chain.split_first() else { return false };
        self.verifier.verify_client_cert(leaf, rest, UnixTime::now()).is_ok()
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
        let mut plain = sighting::with_chain(write_chain)??;
        plain.extend_from_slice(session);
        self.seal.encrypt(&plain)
    }

    fn decrypt(&self, ticket: &[u8]) -> Option<Vec<u8>> {
        let plain = self.seal.decrypt(ticket)?;
        let (chain, session) = read_chain(&plain)?;
        self.still_stands(&chain).then(|| session.to_vec())
    }
}

/// Count, then each certificate behind its length.
fn write_chain(chain: &[CertificateDer<'_>]) -> Option<Vec<u8>> {
    let mut bytes = vec![u8::try_from(chain.len()).ok().filter(|count| *count > 0)?];
    for certificate in chain {
        bytes.extend_from_slice(&u16::try_from(certificate.len()).ok()?.to_be_bytes());
        bytes.extend_from_slice(certificate);
    }
    (bytes.len() <= LONGEST_CHAIN).then_some(bytes)
}

fn read_chain(bytes: &[u8]) -> Option<(Vec<CertificateDer<'_>>, &[u8])> {
    let (count, mut bytes) = bytes.split_first()?;
    let mut chain = Vec::new();
    for _ in 0..*count {
        let (len, rest) = bytes.split_first_chunk::<2>()?;
        let (certificate, rest) = rest.split_at_checked(u16::from_be_bytes(*len).into())?;
        chain.push(certificate.into());
        bytes = rest;
    }
    Some((chain, bytes))
}

#[cfg(test)]
mod tests;

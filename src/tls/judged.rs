//! Chains that were found good, and for how long that holds.
//!
//! What a verifier says of a chain follows from the chain, the trust, the lists
//! and the rules, which are the same for as long as there is the verifier, and
//! from the time. So a chain that was good stays good until the first of its
//! certificates, or of the lists, runs out; it is not worked out again for each
//! connection. Only good verdicts are kept, a few of them, and none past its
//! time: then the verifier is asked again. Whether the peer has the key is
//! another question, and never asked here.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, ServerName, UnixTime};
use x509_parser::prelude::{CertificateRevocationList, FromDer, X509Certificate};

use super::identity::seconds;
use crate::access::CertificateNames;

/// So many chains are kept; the oldest makes room.
const MOST: usize = 64;
/// Longer chains, in bytes, are judged each time.
const LONGEST: usize = 16 * 1024;

/// The good verdicts of one verifier.
#[derive(Debug)]
pub(super) struct Judged {
    /// When the first of the lists runs out, in seconds since 1970.
    lists_end: u64,
    kept: Mutex<VecDeque<Verdict>>,
}

#[derive(Debug)]
struct Verdict {
    chain: Vec<CertificateDer<'static>>,
    /// The name that a server was to have.
    host: Option<ServerName<'static>>,
    names: CertificateNames,
    /// Seconds since 1970.
    from: u64,
    until: u64,
}

/// What was judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case<'a> {
    /// The peer's own certificate.
    pub leaf: &'a CertificateDer<'a>,
    /// What it sent with it.
    pub rest: &'a [CertificateDer<'a>],
    /// The name that a server must have.
    pub host: Option<&'a ServerName<'a>>,
}

impl Judged {
    /// For a verifier with these lists.
    pub fn new(lists: &[CertificateRevocationListDer<'_>]) -> Self {
        let lists_end = lists.iter().map(|list| list_end(list)).min().unwrap_or(u64::MAX);
        Self { lists_end, kept: Mutex::default() }
    }

    /// The leaf's names, if the chain was found good and still is at `now`.
    pub fn good(&self, case: Case<'_>, now: UnixTime) -> Option<CertificateNames> {
        let now = now.as_secs();
        let kept = self.lock();
        let verdict = kept.iter().find(|verdict| verdict.is_of(case))?;
        (verdict.from..verdict.until).contains(&now).then(|| verdict.names.clone())
    }

    /// Keeps that the verifier found the chain good at `now`.
    pub fn keep(&self, case: Case<'_>, names: &CertificateNames, now: UnixTime) {
        let chain = std::iter::once(case.leaf).chain(case.rest);
        if chain.clone().map(|der| der.len()).sum::<usize>() > LONGEST {
            return;
        }
        // One that cannot be read has run out.
        let chain_end = chain.clone().map(|der| certificate_end(der)).min().unwrap_or(0);
        let verdict = Verdict {
            chain: chain.map(|der| der.clone().into_owned()).collect(),
            host: case.host.map(ServerName::to_owned),
            names: names.clone(),
            from: now.as_secs(),
            until: chain_end.min(self.lists_end),
        };
        let mut kept = self.lock();
        kept.retain(|other| !other.is_of(case));
        if kept.len() == MOST {
            kept.pop_front();
        }
        kept.push_back(verdict);
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Verdict>> {
        // Whole at any time, whoever panicked.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Verdict {
    fn is_of(&self, case: Case<'_>) -> bool {
        self.chain.split_first().is_some_and(|(leaf, rest)| leaf == case.leaf && rest == case.rest)
            && self.host.as_ref() == case.host
    }
}

fn certificate_end(der: &[u8]) -> u64 {
    X509Certificate::from_der(der)
        .map_or(0, |(_, certificate)| seconds(certificate.validity().not_after.timestamp()))
}

fn list_end(der: &[u8]) -> u64 {
    let next = CertificateRevocationList::from_der(der)
        .ok()
        .and_then(|(_, list)| list.next_update().map(|at| at.timestamp()));
    next.map_or(0, seconds)
}

#[cfg(test)]
mod tests;

//! What a verifier saw during one handshake, told to whoever awaits it.
//!
//! rustls gives a verifier no way to send the alert `access_denied` and to say
//! in the same error who was refused. So the verifier leaves that here, in a
//! slot that belongs to the handshake's own future: it is in place only while
//! that future is polled, and one handshake never sees another's. Without a
//! witness the error itself carries the sentence, and the alert is
//! `certificate_unknown`.

use std::cell::RefCell;
use std::future::Future;
use std::io;
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::{CertificateError, Error, OtherError};

use super::client_verifier::RulesRefusal;
use super::refusal::{Refusal, classify, tls_error};
use crate::access::CertificateNames;

tokio::task_local! {
    static SLOT: RefCell<Sighting>;
}

/// Whose certificate a handshake brought, as far as it got.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sighting {
    /// The names in the leaf that the client showed. If the handshake failed,
    /// nobody has proved that they are the client's: for the log only.
    pub names: Option<CertificateNames>,
    /// The name that the client asked for (RFC 6066, 3).
    pub sni: Option<String>,
    refusal: Option<RulesRefusal>,
    proved: Option<Proved>,
    /// Tickets that were tried.
    tried: u8,
}

/// A chain that was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Proved {
    /// Leaf first.
    pub chain: Vec<CertificateDer<'static>>,
    /// When its bearer last showed that the key is his.
    pub at: UnixTime,
}

impl Sighting {
    /// As [`classify`], with the sentence of a rule's refusal.
    pub fn classify(&self, error: &io::Error) -> Refusal {
        let refused = Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure);
        match &self.refusal {
            Some(refusal) if tls_error(error) == Some(&refused) => Refusal::Denied {
                reason: format!("the client's certificate was refused: {refusal}"),
            },
            _ => classify(error),
        }
    }
}

/// Awaits a server's handshake and tells what its verifier saw.
pub async fn witness<F: Future>(handshake: F) -> (F::Output, Sighting) {
    let watched = async {
        let output = handshake.await;
        (output, SLOT.with(RefCell::take))
    };
    SLOT.scope(RefCell::default(), watched).await
}

/// Notes whose certificate it is.
pub(super) fn note(names: &CertificateNames) {
    // Nobody watches: then nobody wants to know.
    let _ = SLOT.try_with(|slot| slot.borrow_mut().names = Some(names.clone()));
}

/// Notes the chain, which has been verified in a handshake at `at`.
pub(super) fn note_chain(leaf: &CertificateDer<'_>, rest: &[CertificateDer<'_>], at: UnixTime) {
    let chain = std::iter::once(leaf).chain(rest);
    let chain = chain.map(|certificate| certificate.clone().into_owned());
    let _ = SLOT.try_with(|slot| {
        slot.borrow_mut().proved = Some(Proved { chain: chain.collect(), at });
    });
}

/// Notes that the chain was judged again, and that its bearer's proof is as old
/// as the session.
pub(super) fn date_back(at: UnixTime) {
    let _ = SLOT.try_with(|slot| {
        if let Some(proved) = &mut slot.borrow_mut().proved {
            proved.at = at;
        }
    });
}

/// Whether one more ticket may be tried in this handshake, of at most `most`.
pub(super) fn try_ticket(most: u8) -> bool {
    let counted = SLOT.try_with(|slot| {
        let tried = &mut slot.borrow_mut().tried;
        *tried = tried.saturating_add(1);
        *tried <= most
    });
    counted.unwrap_or(false)
}

/// Shows what this handshake has verified; `None` where nobody watches.
pub(super) fn with_proved<R>(look: impl FnOnce(&Proved) -> R) -> Option<R> {
    SLOT.try_with(|slot| slot.borrow().proved.as_ref().map(look)).ok().flatten()
}

/// Notes which name the client asked for.
pub(super) fn note_sni(name: Option<&str>) {
    let _ = SLOT.try_with(|slot| slot.borrow_mut().sni = name.map(str::to_owned));
}

/// The error of a refusal by the rules.
pub(super) fn refuse(refusal: RulesRefusal) -> Error {
    let kept = SLOT.try_with(|slot| slot.borrow_mut().refusal = Some(refusal.clone()));
    Error::InvalidCertificate(match kept {
        Ok(()) => CertificateError::ApplicationVerificationFailure,
        Err(_) => CertificateError::Other(OtherError(Arc::new(refusal))),
    })
}

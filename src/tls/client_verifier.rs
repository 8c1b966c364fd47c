//! Who may come in through a TLS listener: the chain first, then the rules.
//!
//! Both are decided inside the handshake, so that a client which is refused
//! sees a TLS alert and no byte of its stream is read. Revocation fails
//! closed: once an identity names CRLs, every certificate of a chain (the leaf
//! and the intermediates) needs a list of its issuer, and one that has not run
//! out; a missing, stale or badly signed list refuses the client.
//!
//! A client whose chain is good and whom no rule lets in gets `access_denied`
//! (RFC 8446, 6.2), and our log gets its name; see `sighting`.

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, Error, RootCertStore, SignatureScheme};

use super::configs::TlsError;
use super::identity::Identity;
use super::judged::{Case, Judged};
use super::{provider, sighting};
use crate::access::{self, CertificateNames, NamesError, Verdict};
use crate::config::{CertRules, TlsClients};

/// With more trusted CAs than this their names are not sent along in the
/// request for a certificate, which holds 64 KiB of them at most.
const MAX_HINTS: usize = 100;

/// A chain that is good, of a peer that no rule lets in, or whose names could
/// not be read. The sentence is for our log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RulesRefusal(pub String);

/// What a listener does with its clients' certificates.
pub(super) fn client_verifier(
    identity: &Identity,
    clients: &TlsClients,
) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let rules = match clients {
        TlsClients::Anonymous => return Ok(WebPkiClientVerifier::no_client_auth()),
        TlsClients::Any => None,
        TlsClients::Rules(rules) => Some(rules.clone()),
    };
    let roots = identity.roots().ok_or_else(|| TlsError::no_trust(identity))?;
    let chain = chain_verifier(identity, roots.clone())?;
    Ok(Arc::new(Admission { chain, rules, judged: Judged::new(identity.crls()) }))
}

fn chain_verifier(
    identity: &Identity,
    roots: Arc<RootCertStore>,
) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let many = roots.len() > MAX_HINTS;
    let mut builder = WebPkiClientVerifier::builder_with_provider(roots, provider());
    if many {
        builder = builder.clear_root_hint_subjects();
    }
    if !identity.crls().is_empty() {
        builder =
            builder.with_crls(identity.crls().iter().cloned()).enforce_revocation_expiration();
    }
    builder.build().map_err(|source| TlsError::verifier(identity, source))
}

/// Whether rules (`None`: any) let the bearer of these names in.
pub(super) fn admit(
    rules: Option<&CertRules>,
    names: &Result<CertificateNames, NamesError>,
) -> Result<(), RulesRefusal> {
    let verdict = match names {
        Ok(names) => rules.map_or(Verdict::Admitted, |rules| access::admits(rules, names)),
        Err(error) => Verdict::Refused(error.to_string()),
    };
    match verdict {
        Verdict::Admitted => Ok(()),
        Verdict::Refused(reason) => Err(RulesRefusal(reason)),
    }
}

#[derive(Debug)]
struct Admission {
    chain: Arc<dyn ClientCertVerifier>,
    /// `None` lets in every good chain.
    rules: Option<CertRules>,
    judged: Judged,
}

impl ClientCertVerifier for Admission {
    fn offer_client_auth(&self) -> bool {
        true
    }

    fn client_auth_mandatory(&self) -> bool {
        true
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.chain.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let case = Case { leaf: end_entity, rest: intermediates, host: None };
        if let Some(names) = self.judged.good(case, now) {
            sighting::note(&names);
            sighting::note_chain(end_entity, intermediates, now);
            return Ok(ClientCertVerified::assertion());
        }
        let names = CertificateNames::from_der(end_entity);
        if let Ok(names) = &names {
            sighting::note(names);
        }
        let verified = self
            .chain
            .verify_client_cert(end_entity, intermediates, now)
            .inspect_err(|error| log_refused_chain("client", end_entity, error))?;
        admit(self.rules.as_ref(), &names).map_err(sighting::refuse)?;
        if let Ok(names) = &names {
            self.judged.keep(case, names, now);
        }
        sighting::note_chain(end_entity, intermediates, now);
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chain.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chain.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chain.supported_verify_schemes()
    }
}

/// The error of a bad chain does not say whose it was, so that is logged apart,
/// and only on demand: strangers decide how often it happens.
pub(super) fn log_refused_chain(side: &str, leaf: &CertificateDer<'_>, error: &Error) {
    tracing::debug!(
        target: "pipeferry::tls",
        side,
        certificate = CertificateNames::from_der(leaf)
            .map_or_else(|error| error.to_string(), |names| access::describe(&names)),
        %error,
        "certificate refused"
    );
}

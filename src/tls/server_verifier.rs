//! Whom we dial through TLS: chain, name, then the `verify` rules.
//!
//! The name is that of the address or `server_name`, and must stand in the
//! certificate's SANs (DNS names and IP addresses; a common name counts for
//! nothing). Revocation fails closed exactly as for clients.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};

use super::client_verifier::{admit, log_refused_chain};
use super::configs::TlsError;
use super::identity::Identity;
use super::judged::{Case, Judged};
use super::provider;
use crate::access::CertificateNames;
use crate::config::CertRules;

/// What a dialler demands of the server's certificate.
pub(super) fn server_verifier(
    identity: &Identity,
    rules: Option<&CertRules>,
) -> Result<Arc<dyn ServerCertVerifier>, TlsError> {
    let roots = identity.roots().ok_or_else(|| TlsError::no_trust(identity))?;
    let mut builder = WebPkiServerVerifier::builder_with_provider(roots.clone(), provider());
    if !identity.crls().is_empty() {
        builder =
            builder.with_crls(identity.crls().iter().cloned()).enforce_revocation_expiration();
    }
    let chain = builder.build().map_err(|source| TlsError::verifier(identity, source))?;
    let judged = Judged::new(identity.crls());
    Ok(Arc::new(Scrutiny { chain, rules: rules.cloned(), judged }))
}

#[derive(Debug)]
struct Scrutiny {
    chain: Arc<WebPkiServerVerifier>,
    /// `None` asks for nothing beyond chain and name.
    rules: Option<CertRules>,
    judged: Judged,
}

impl ServerCertVerifier for Scrutiny {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let case = Case { leaf: end_entity, rest: intermediates, host: Some(server_name) };
        if self.judged.good(case, now).is_some() {
            return Ok(ServerCertVerified::assertion());
        }
        let verified = self
            .chain
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            .inspect_err(|error| log_refused_chain("server", end_entity, error))?;
        let names = CertificateNames::from_der(end_entity);
        admit(self.rules.as_ref(), &names).map_err(|refusal| {
            Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(refusal))))
        })?;
        if let Ok(names) = &names {
            self.judged.keep(case, names, now);
        }
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

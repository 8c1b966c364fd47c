//! Whether a client that was let in would be let in now.
//!
//! A certificate that has run out since, or a revocation list that has, cuts
//! nobody: what counts is that the chain still leads to a trusted CA, that
//! nothing in it is revoked, and that a rule lets its bearer in.

use std::sync::Arc;
use std::time::SystemTime;

use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{CertificateError, Error};

use super::client_verifier::admit;
use super::{Identity, TlsError, provider};
use crate::access::CertificateNames;
use crate::config::{CertRules, TlsClients};

/// Judges chains that were shown before.
pub struct Recheck {
    chain: Arc<dyn ClientCertVerifier>,
    rules: Option<CertRules>,
}

impl Recheck {
    /// By the CAs and lists of `identity`, and by who may come in; `None` where
    /// no certificate is asked for.
    ///
    /// # Errors
    /// As [`super::server_config`].
    pub fn new(identity: &Identity, clients: &TlsClients) -> Result<Option<Self>, TlsError> {
        let rules = match clients {
            TlsClients::Anonymous => return Ok(None),
            TlsClients::Any => None,
            TlsClients::Rules(rules) => Some(rules.clone()),
        };
        let roots = identity.roots().ok_or_else(|| TlsError::no_trust(identity))?;
        let chain = WebPkiClientVerifier::builder_with_provider(roots.clone(), provider())
            .with_crls(identity.crls().iter().cloned())
            .allow_unknown_revocation_status()
            .build()
            .map_err(|source| TlsError::verifier(identity, source))?;
        Ok(Some(Self { chain, rules }))
    }

    /// Why the bearer of this chain, leaf first, may not stay; it was let in at
    /// `admitted`.
    pub fn refuses(&self, chain: &[Box<[u8]>], admitted: SystemTime) -> Option<String> {
        let chain: Vec<_> = chain.iter().map(|der| CertificateDer::from(&**der)).collect();
        let (leaf, above) = chain.split_first()?;
        let since = admitted.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let at = UnixTime::since_unix_epoch(since);
        if let Err(error) = self.chain.verify_client_cert(leaf, above, at) {
            return explain(&error);
        }
        let names = CertificateNames::from_der(leaf);
        let refused = admit(self.rules.as_ref(), &names).err()?;
        Some(format!("`allow` no longer lets it in: {refused}"))
    }
}

/// `None` for what is only a matter of time.
fn explain(error: &Error) -> Option<String> {
    use CertificateError as Why;
    Some(match error {
        Error::InvalidCertificate(
            Why::Expired
            | Why::ExpiredContext { .. }
            | Why::NotValidYet
            | Why::NotValidYetContext { .. },
        ) => return None,
        Error::InvalidCertificate(Why::Revoked) => "its certificate was revoked".to_owned(),
        Error::InvalidCertificate(Why::UnknownIssuer) => {
            "its certificate leads to no CA that is trusted now".to_owned()
        }
        other => format!("its certificate is no longer accepted: {other}"),
    })
}

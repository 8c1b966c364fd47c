//! Certificate and key out of a PKCS#12 file (RFC 7292).
//!
//! The pair is found by the keys themselves and not by the file's own
//! `localKeyID` attributes, which some tools leave out. The crate bounds the
//! rounds and the memory that the file may ask for.

use p12_keystore::Pkcs12Archive;
use p12_keystore::error::Error as Pkcs12Error;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::Problem;
use crate::tls::provider;

/// The most certificates that a shown chain has.
const MAX_CHAIN: usize = 16;

/// The first line without its end.
pub(super) fn first_line(content: Vec<u8>) -> Result<String, Problem> {
    let text = String::from_utf8(content).map_err(|_| Problem::BadPassword)?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// The first key that belongs to a certificate of the file, and its chain.
pub(super) fn open(content: &[u8], password: &str) -> Result<CertifiedKey, Problem> {
    let archive = Pkcs12Archive::from_pkcs12(content, password).map_err(|error| match error {
        Pkcs12Error::MacError(_) => Problem::WrongPassword,
        other => Problem::BadPkcs12(other.to_string()),
    })?;
    let certificates: Vec<CertificateDer<'static>> =
        archive.certs.iter().map(|bag| CertificateDer::from(bag.cert.as_der().to_vec())).collect();
    let mut refused = None;
    for bag in &archive.keys {
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(bag.key.as_der().to_vec()));
        let key = match provider().key_provider.load_private_key(key) {
            Ok(key) => key,
            Err(error) => {
                refused = Some(Problem::BadKey(error.to_string()));
                continue;
            }
        };
        for leaf in &certificates {
            let alone = CertifiedKey::new(vec![leaf.clone()], key.clone());
            if alone.keys_match().is_ok() {
                return Ok(CertifiedKey::new(chain(leaf, &certificates), key));
            }
        }
    }
    Err(refused.unwrap_or(Problem::NoPair))
}

/// From the leaf upwards by the names of issuers, without the root: a peer
/// that trusts it has it.
fn chain(
    leaf: &CertificateDer<'static>,
    all: &[CertificateDer<'static>],
) -> Vec<CertificateDer<'static>> {
    let mut chain = vec![leaf.clone()];
    let mut wanted = issuer_and_subject(leaf).map(|(issuer, _)| issuer);
    while let Some(issuer) = wanted.take() {
        let next = all.iter().find_map(|candidate| {
            let (above, subject) = issuer_and_subject(candidate)?;
            let fits = subject == issuer && above != subject && !chain.contains(candidate);
            fits.then_some((candidate, above))
        });
        if let Some((certificate, above)) = next.filter(|_| chain.len() < MAX_CHAIN) {
            chain.push(certificate.clone());
            wanted = Some(above);
        }
    }
    chain
}

fn issuer_and_subject(der: &CertificateDer<'_>) -> Option<(Vec<u8>, Vec<u8>)> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    Some((certificate.issuer().as_raw().to_vec(), certificate.subject().as_raw().to_vec()))
}

//! The certificate chain and key that an identity shows.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{Error as TlsError, InconsistentKeys};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::{Loading, Problem, Shown, Warning, pkcs12};
use crate::access::CertificateNames;
use crate::config::Credential;
use crate::tls::files::{MAX_PASSWORD, MAX_PEM};
use crate::tls::provider;

pub(super) fn load(from: &Credential, loading: &mut Loading<'_>) -> Option<Shown> {
    match from {
        Credential::Pem { cert, key } => pem(cert, key, loading),
        Credential::Pkcs12 { file, password_file } => {
            pkcs12(file, password_file.as_deref(), loading)
        }
    }
}

fn pem(cert: &Path, key: &Path, loading: &mut Loading<'_>) -> Option<Shown> {
    loading.key = "cert";
    let chain = loading.read(cert, MAX_PEM);
    let chain = chain.and_then(|pem| loading.note(cert, certificates(&pem)));
    let chain = chain.and_then(|chain| loading.note(cert, checked(chain)));
    loading.key = "key";
    let private = loading.read(key, MAX_PEM);
    let private = private.and_then(|pem| loading.note(key, private_key(&pem)));
    loading.warn_if_others_may_read(key);
    let certified = loading.note(key, certify(&chain?, private?, cert))?;
    loading.key = "cert";
    shown(certified, cert, loading)
}

fn pkcs12(file: &Path, password_file: Option<&Path>, loading: &mut Loading<'_>) -> Option<Shown> {
    loading.key = "password_file";
    let password = match password_file {
        None => Some(String::new()),
        Some(path) => {
            loading.warn_if_others_may_read(path);
            let content = loading.read(path, MAX_PASSWORD);
            content.and_then(|content| loading.note(path, pkcs12::first_line(content)))
        }
    };
    loading.key = "pkcs12";
    let content = loading.read(file, MAX_PEM);
    let certified = pkcs12::open(&content?, &password?);
    let certified = loading.note(file, certified)?;
    shown(certified, file, loading)
}

/// All certificates of a PEM file, one at least.
pub(super) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Problem> {
    let chain: Vec<_> =
        CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(bad_pem)?;
    if chain.is_empty() { Err(Problem::NoCertificate) } else { Ok(chain) }
}

/// A PEM error in words that never quote the file: it may hold a key.
pub(super) fn bad_pem(error: PemError) -> Problem {
    Problem::BadPem(match error {
        PemError::MissingSectionEnd { .. } => "a section has no end line".into(),
        PemError::IllegalSectionStart { .. } => "a section's first line is not complete".into(),
        PemError::Base64Decode(_) => "a section holds something that is not base64".into(),
        other => other.to_string(),
    })
}

fn private_key(pem: &[u8]) -> Result<PrivateKeyDer<'static>, Problem> {
    // The reader would skip an encrypted PKCS#8 key, and take the text of an
    // encrypted PKCS#1 key for broken base64.
    let is_encrypted = |line: &[u8]| {
        line.starts_with(b"-----BEGIN ENCRYPTED PRIVATE KEY")
            || line.starts_with(b"Proc-Type: 4,ENCRYPTED")
    };
    if pem.split(|&byte| byte == b'\n').any(is_encrypted) {
        return Err(Problem::EncryptedKey);
    }
    PrivateKeyDer::from_pem_slice(pem).map_err(|error| match error {
        PemError::NoItemsFound => Problem::NoKey,
        other => bad_pem(other),
    })
}

/// Every certificate of the chain must at least parse.
fn checked(chain: Vec<CertificateDer<'static>>) -> Result<Vec<CertificateDer<'static>>, Problem> {
    for (at, certificate) in chain.iter().enumerate() {
        CertificateNames::from_der(certificate)
            .map_err(|error| Problem::BadCertificate { number: at + 1, why: error.to_string() })?;
    }
    Ok(chain)
}

fn certify(
    chain: &[CertificateDer<'static>],
    key: PrivateKeyDer<'static>,
    cert: &Path,
) -> Result<CertifiedKey, Problem> {
    CertifiedKey::from_der(chain.to_vec(), key, &provider()).map_err(|error| match error {
        TlsError::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
            Problem::KeyMismatch { cert: cert.to_owned() }
        }
        other => Problem::BadKey(other.to_string()),
    })
}

/// Reads what logs and metrics want to know of the chain.
fn shown(certified: CertifiedKey, file: &Path, loading: &mut Loading<'_>) -> Option<Shown> {
    let details = details(&certified.cert);
    let (leaf, not_before, not_after) = loading.note(file, details)?;
    let now = loading.now.as_secs();
    if now > not_after {
        loading.warn(file, Warning::Expired(not_after));
    } else if now < not_before {
        loading.warn(file, Warning::NotYetValid(not_before));
    }
    Some(Shown { key: Arc::new(certified), leaf, not_after })
}

/// The leaf's names, the latest begin and the earliest end of the chain.
fn details(chain: &[CertificateDer<'_>]) -> Result<(CertificateNames, u64, u64), Problem> {
    let (mut leaf, mut begin, mut end) = (None, 0, u64::MAX);
    for (at, der) in chain.iter().enumerate() {
        let bad = |why: String| Problem::BadCertificate { number: at + 1, why };
        if leaf.is_none() {
            leaf = Some(CertificateNames::from_der(der).map_err(|e| bad(e.to_string()))?);
        }
        let (_, certificate) = X509Certificate::from_der(der).map_err(|e| bad(e.to_string()))?;
        let validity = certificate.validity();
        begin = begin.max(seconds(validity.not_before.timestamp()));
        end = end.min(seconds(validity.not_after.timestamp()));
    }
    let leaf = leaf.ok_or(Problem::NoCertificate)?;
    Ok((leaf, begin, end))
}

/// A time before 1970 is as good as 1970.
pub(in crate::tls) fn seconds(timestamp: i64) -> u64 {
    u64::try_from(timestamp).unwrap_or(0)
}

//! Revocation lists (RFC 5280, 5).
//!
//! A list that cannot be checked is an error at once. One that has run out is
//! a warning here, because the file will be renewed and a reload takes it up;
//! until then the verifiers refuse every certificate of its issuer.

use std::path::{Path, PathBuf};

use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::CertificateRevocationListDer;
use rustls::pki_types::pem::PemObject;
use x509_parser::prelude::{CertificateRevocationList, FromDer, X509Certificate};

use super::credential::{bad_pem, seconds};
use super::trust::Roots;
use super::{Loading, Problem, Warning};
use crate::tls::files::MAX_CRL;
use crate::tls::provider;

type Crl = CertificateRevocationListDer<'static>;

pub(super) fn load(
    paths: &[PathBuf],
    roots: Option<&Roots>,
    loading: &mut Loading<'_>,
) -> Vec<Crl> {
    let mut all = Vec::new();
    let mut issuers = Vec::new();
    for path in paths {
        let Some(content) = loading.read(path, MAX_CRL) else { continue };
        let Some(lists) = loading.note(path, lists(content)) else { continue };
        for list in &lists {
            let checked = inspect(list).and_then(|found| usable(list, roots).map(|()| found));
            let Some((issuer, next_update)) = loading.note(path, checked) else { continue };
            issuers.push(issuer);
            if let Some(at) = next_update.filter(|at| *at < loading.now.as_secs()) {
                loading.warn(path, Warning::CrlExpired(at));
            }
        }
        all.extend(lists);
    }
    if let Some(roots) = roots.filter(|_| !paths.is_empty() && loading.errors.is_empty()) {
        warn_of_authorities_without(&issuers, roots, loading);
    }
    all
}

fn lists(content: Vec<u8>) -> Result<Vec<Crl>, Problem> {
    if !content.windows(11).any(|window| window == b"-----BEGIN ") {
        return Ok(vec![Crl::from(content)]);
    }
    let lists: Vec<Crl> =
        Crl::pem_slice_iter(&content).collect::<Result<_, _>>().map_err(bad_pem)?;
    if lists.is_empty() {
        return Err(Problem::BadCrl("no X509 CRL section in this file".into()));
    }
    Ok(lists)
}

/// The issuer's name in DER, and when the next list is due in seconds since 1970.
fn inspect(list: &Crl) -> Result<(Vec<u8>, Option<u64>), Problem> {
    let (_, parsed) = CertificateRevocationList::from_der(list)
        .map_err(|error| Problem::BadCrl(error.to_string()))?;
    let next_update = parsed.next_update().map(|at| seconds(at.timestamp()));
    Ok((parsed.issuer().as_raw().to_vec(), next_update))
}

/// Whether the verifier takes it: the parser that counts is webpki's.
fn usable(list: &Crl, roots: Option<&Roots>) -> Result<(), Problem> {
    let Some(roots) = roots else { return Ok(()) };
    WebPkiServerVerifier::builder_with_provider(roots.store.clone(), provider())
        .with_crls([list.clone()])
        .build()
        .map(|_| ())
        .map_err(|error| Problem::BadCrl(error.to_string()))
}

fn warn_of_authorities_without(issuers: &[Vec<u8>], roots: &Roots, loading: &mut Loading<'_>) {
    let file: &Path = roots.file.as_deref().unwrap_or(Path::new("the system's CAs"));
    if roots.file.is_none() {
        let subject = "(every CA of the system without one)".to_owned();
        loading.warn(file, Warning::AuthorityWithoutCrl(subject));
    }
    for der in &roots.certificates {
        let Ok((_, authority)) = X509Certificate::from_der(der) else { continue };
        let subject = authority.subject();
        if !issuers.iter().any(|issuer| issuer == subject.as_raw()) {
            let names = crate::access::CertificateNames::from_der(der).unwrap_or_default();
            loading.warn(file, Warning::AuthorityWithoutCrl(names.subject));
        }
    }
}

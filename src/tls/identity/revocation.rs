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
use crate::access::rfc4514;
use crate::tls::files::MAX_CRL;
use crate::tls::provider;

type Crl = CertificateRevocationListDer<'static>;

/// A list, and what has to be known of it.
struct Found {
    list: Crl,
    /// The issuer's name in DER.
    issuer: Vec<u8>,
    /// The issuer's name for people.
    subject: String,
    /// Seconds since 1970.
    this_update: u64,
    next_update: Option<u64>,
}

/// The lists of all files, the newest first: webpki looks a certificate up in
/// the first list of its issuer, so an old list that was left in the
/// configuration must not hide what a newer one revokes.
pub(super) fn load(
    paths: &[PathBuf],
    roots: Option<&Roots>,
    loading: &mut Loading<'_>,
) -> Vec<Crl> {
    loading.key = "crl";
    let mut all = Vec::new();
    for path in paths {
        let Some(content) = loading.read(path, MAX_CRL) else { continue };
        let Some(lists) = loading.note(path, lists(content)) else { continue };
        for list in lists {
            let found = usable(&list, roots).and_then(|()| inspect(list));
            let Some(found) = loading.note(path, found) else { continue };
            all.push((path, found));
        }
    }
    all.sort_by_key(|(_, found)| std::cmp::Reverse(found.this_update));
    warn_of_lists(&all, loading);
    let all: Vec<Found> = all.into_iter().map(|(_, found)| found).collect();
    if let Some(roots) = roots.filter(|_| !paths.is_empty() && loading.errors.is_empty()) {
        warn_of_authorities_without(&all, roots, loading);
    }
    all.into_iter().map(|found| found.list).collect()
}

/// Of lists that have run out, and of those that a newer one stands before.
fn warn_of_lists(all: &[(&PathBuf, Found)], loading: &mut Loading<'_>) {
    let now = loading.now.as_secs();
    for (at, (path, found)) in all.iter().enumerate() {
        if all[..at].iter().any(|(_, newer)| newer.issuer == found.issuer) {
            loading.warn(path, Warning::NewerCrl(found.subject.clone()));
        } else if let Some(due) = found.next_update.filter(|due| *due < now) {
            loading.warn(path, Warning::CrlExpired(due));
        }
    }
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

fn inspect(list: Crl) -> Result<Found, Problem> {
    let (_, parsed) = CertificateRevocationList::from_der(&list)
        .map_err(|error| Problem::BadCrl(error.to_string()))?;
    let issuer = parsed.issuer().as_raw().to_vec();
    let subject = rfc4514(parsed.issuer());
    let this_update = seconds(parsed.last_update().timestamp());
    let next_update = parsed.next_update().map(|at| seconds(at.timestamp()));
    Ok(Found { list, issuer, subject, this_update, next_update })
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

fn warn_of_authorities_without(lists: &[Found], roots: &Roots, loading: &mut Loading<'_>) {
    let file: &Path = roots.file.as_deref().unwrap_or(Path::new("the system's CAs"));
    if roots.file.is_none() {
        let subject = "(every CA of the system without one)".to_owned();
        loading.warn(file, Warning::AuthorityWithoutCrl(subject));
    }
    for der in &roots.certificates {
        let Ok((_, authority)) = X509Certificate::from_der(der) else { continue };
        let subject = authority.subject();
        if !lists.iter().any(|found| found.issuer == subject.as_raw()) {
            loading.warn(file, Warning::AuthorityWithoutCrl(rfc4514(subject)));
        }
    }
}

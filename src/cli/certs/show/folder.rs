//! The authority's folder as a list.

use std::path::Path;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};
use serde::Serialize;

use super::super::authority::CRL;
use super::super::folder::{CERTIFICATE, Locked, read};
use super::super::index::{Entry, Index, Revocation};
use super::files::{certificate, crl, days_left};
use super::{Certificate, Crl};

#[derive(Debug, Serialize)]
pub(super) struct Listing {
    pub(super) authority: Certificate,
    pub(super) crl: Option<Crl>,
    pub(super) certificates: Vec<Issued>,
}

#[derive(Debug, Serialize)]
pub(super) struct Issued {
    #[serde(flatten)]
    pub(super) entry: Entry,
    /// Negative when it has ended.
    pub(super) days_left: i64,
    /// `good`, `replaced`, `expired` or `revoked`.
    pub(super) state: &'static str,
}

pub(super) fn list(dir: &Path, now: u64) -> anyhow::Result<Listing> {
    let folder = Locked::open(dir)?;
    let authority = CertificateDer::from_pem_slice(&read(&folder.path(CERTIFICATE))?)?;
    let list = CertificateRevocationListDer::from_pem_slice(&read(&folder.path(CRL))?).ok();
    let index = Index::load(&folder)?;
    Ok(Listing {
        authority: certificate(&authority, now)?,
        crl: list.map(|der| crl(&der, now)).transpose()?,
        certificates: index.certificates.into_iter().map(|entry| issued(entry, now)).collect(),
    })
}

fn issued(entry: Entry, now: u64) -> Issued {
    let state = match &entry {
        Entry { revoked: Some(Revocation { .. }), .. } => "revoked",
        Entry { not_after, .. } if *not_after < now => "expired",
        Entry { replaced: true, .. } => "replaced",
        _ => "good",
    };
    Issued { days_left: days_left(entry.not_after, now), state, entry }
}

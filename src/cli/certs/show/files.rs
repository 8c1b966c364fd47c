//! What a PEM, DER or PKCS#12 file holds.

use std::path::Path;

use anyhow::{Context, bail};
use p12_keystore::Pkcs12Archive;
use rustls::pki_types::pem::{self, SectionKind};
use serde::Serialize;
use x509_parser::prelude::{CertificateRevocationList, FromDer, X509Certificate};

use super::super::DAY;
use super::super::folder::read;
use super::{Certificate, Crl};
use crate::access::{CertificateNames, Spelling, rfc4514};
use crate::telemetry::rfc3339;

/// One file and what is in it, in its order.
#[derive(Debug, Serialize)]
pub(super) struct Inspected {
    pub(super) file: String,
    pub(super) content: Vec<Item>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum Item {
    Certificate(Certificate),
    Crl(Crl),
    PrivateKey,
    Other { label: String },
}

pub(super) fn inspect(path: &Path, password: &str, now: u64) -> anyhow::Result<Inspected> {
    let bytes = read(path)?;
    let content = items(&bytes, password, now)
        .with_context(|| format!("{} cannot be shown", path.display()))?;
    Ok(Inspected { file: path.display().to_string(), content })
}

fn items(bytes: &[u8], password: &str, now: u64) -> anyhow::Result<Vec<Item>> {
    if bytes.windows(11).any(|window| window == b"-----BEGIN ") {
        return pem_items(bytes, now);
    }
    if let Ok(shown) = certificate(bytes, now) {
        return Ok(vec![Item::Certificate(shown)]);
    }
    if let Ok(shown) = crl(bytes, now) {
        return Ok(vec![Item::Crl(shown)]);
    }
    let archive = Pkcs12Archive::from_pkcs12(bytes, password).context(
        "it is neither PEM, nor a certificate or CRL in DER, nor a PKCS#12 file that this password opens (--password-file)",
    )?;
    let mut items: Vec<Item> = archive.keys.iter().map(|_| Item::PrivateKey).collect();
    for bag in &archive.certs {
        items.push(Item::Certificate(certificate(bag.cert.as_der(), now)?));
    }
    Ok(items)
}

fn pem_items(mut bytes: &[u8], now: u64) -> anyhow::Result<Vec<Item>> {
    let mut items = Vec::new();
    while let Some((kind, der)) =
        pem::from_buf(&mut bytes).map_err(|_| anyhow::anyhow!("it is broken PEM"))?
    {
        items.push(match kind {
            SectionKind::Certificate => Item::Certificate(certificate(&der, now)?),
            SectionKind::Crl => Item::Crl(crl(&der, now)?),
            SectionKind::PrivateKey | SectionKind::RsaPrivateKey | SectionKind::EcPrivateKey => {
                Item::PrivateKey
            }
            other => Item::Other { label: format!("{other:?}") },
        });
    }
    if items.is_empty() {
        bail!("it holds nothing that can be shown");
    }
    Ok(items)
}

/// One certificate in DER.
pub(super) fn certificate(der: &[u8], now: u64) -> anyhow::Result<Certificate> {
    let names = CertificateNames::from_der(der)?;
    let (_, parsed) = X509Certificate::from_der(der)?;
    let validity = parsed.validity();
    let not_after = seconds(validity.not_after.timestamp());
    Ok(Certificate {
        issuer: rfc4514(parsed.issuer()),
        names: names.spelled(Spelling::Colon),
        usage: usage(&parsed),
        spki: names.spki.iter().map(|byte| format!("{byte:02x}")).collect(),
        not_before: rfc3339(seconds(validity.not_before.timestamp())),
        not_after: rfc3339(not_after),
        days_left: days_left(not_after, now),
        subject: names.subject,
        serial: names.serial,
    })
}

/// One CRL in DER.
pub(super) fn crl(der: &[u8], now: u64) -> anyhow::Result<Crl> {
    let (_, parsed) = CertificateRevocationList::from_der(der)?;
    let next = parsed.next_update().map(|at| seconds(at.timestamp()));
    Ok(Crl {
        issuer: rfc4514(parsed.issuer()),
        number: parsed.crl_number().map(ToString::to_string),
        next_update: next.map(rfc3339),
        days_left: next.map(|at| days_left(at, now)),
        revoked: parsed.iter_revoked_certificates().count(),
    })
}

fn usage(parsed: &X509Certificate<'_>) -> String {
    if parsed.is_ca() {
        return "authority".into();
    }
    let extended = parsed.extended_key_usage().ok().flatten();
    match extended.map(|usage| (usage.value.server_auth, usage.value.client_auth)) {
        None => "any",
        Some((true, true)) => "both",
        Some((true, false)) => "server",
        Some((false, true)) => "client",
        Some((false, false)) => "other",
    }
    .into()
}

/// A time before 1970 is as good as 1970.
fn seconds(timestamp: i64) -> u64 {
    u64::try_from(timestamp).unwrap_or(0)
}

/// Whole days until then; what ended less than a day ago has -1.
pub(super) fn days_left(at: u64, now: u64) -> i64 {
    let day = i64::try_from(DAY).unwrap_or(i64::MAX);
    let left = i64::try_from(at).unwrap_or(i64::MAX) - i64::try_from(now).unwrap_or(i64::MAX);
    left.div_euclid(day)
}

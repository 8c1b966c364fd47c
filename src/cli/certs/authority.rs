//! The authority itself: its certificate, its key, what it signs.

use anyhow::{Context, bail};
use rcgen::{
    CertificateParams, CertificateRevocationListParams, Issuer, KeyIdMethod, KeyPair,
    PublicKeyData, RevocationReason, RevokedCertParams, SerialNumber,
};
use ring::rand::{SecureRandom, SystemRandom};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use time::OffsetDateTime;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::args::Reason;
use super::folder::{self, CERTIFICATE, Locked, Readers};
use super::index::Index;
use super::{DAY, names};

/// Its private key.
pub(super) const KEY: &str = "ca.key";
/// Its revocation list.
pub(super) const CRL: &str = "ca.crl";

pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    der: CertificateDer<'static>,
    /// Seconds since 1970.
    not_after: u64,
}

impl Authority {
    /// Reads the authority of a folder and finds its key to be its own.
    pub(super) fn load(folder: &Locked) -> anyhow::Result<Self> {
        let (certificate, key) = (folder.path(CERTIFICATE), folder.path(KEY));
        let key = KeyPair::from_pem(&folder::read_text(&key)?)
            .with_context(|| format!("{} is not a private key that we can use", key.display()))?;
        let der = CertificateDer::from_pem_slice(&folder::read(&certificate)?)
            .with_context(|| format!("no certificate in {}", certificate.display()))?;
        let (_, parsed) = X509Certificate::from_der(&der)
            .with_context(|| format!("{} cannot be read", certificate.display()))?;
        if parsed.public_key().raw != key.subject_public_key_info() {
            bail!("{CERTIFICATE} and {KEY} do not belong together");
        }
        let not_after = u64::try_from(parsed.validity().not_after.timestamp()).unwrap_or(0);
        let issuer = Issuer::from_ca_cert_der(&der, key)
            .with_context(|| format!("{} is not an authority", certificate.display()))?;
        Ok(Self { issuer, der: der.clone(), not_after })
    }

    /// When it ends, in seconds since 1970.
    pub(super) fn not_after(&self) -> u64 {
        self.not_after
    }

    pub(super) fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    pub(super) fn sign(
        &self,
        params: &CertificateParams,
        key: &KeyPair,
    ) -> anyhow::Result<rcgen::Certificate> {
        Ok(params.signed_by(key, &self.issuer)?)
    }

    /// Signs the list of all that is revoked, under the next number. The index
    /// is saved before the list is in place, so that no number comes twice.
    pub(super) fn write_crl(
        &self,
        folder: &Locked,
        index: &mut Index,
        now: u64,
        days: u32,
    ) -> anyhow::Result<()> {
        index.crl_number += 1;
        let list = CertificateRevocationListParams {
            this_update: moment(now)?,
            next_update: moment(now + u64::from(days) * DAY)?,
            crl_number: SerialNumber::from(index.crl_number),
            issuing_distribution_point: None,
            revoked_certs: revoked(index)?,
            key_identifier_method: KeyIdMethod::Sha256,
        }
        .signed_by(&self.issuer)?;
        index.save(folder)?;
        folder.write(CRL, list.pem()?, Readers::Everybody)?;
        Ok(())
    }
}

fn revoked(index: &Index) -> anyhow::Result<Vec<RevokedCertParams>> {
    let mut list = Vec::new();
    for entry in &index.certificates {
        let Some(revocation) = &entry.revoked else { continue };
        list.push(RevokedCertParams {
            serial_number: names::serial_from_hex(&entry.serial)
                .with_context(|| format!("index.toml: `{}` is no serial", entry.serial))?,
            revocation_time: moment(revocation.at)?,
            reason_code: code(revocation.reason),
            invalidity_date: None,
        });
    }
    Ok(list)
}

/// RFC 5280, 5.3.1: `unspecified` is said by saying nothing.
fn code(reason: Reason) -> Option<RevocationReason> {
    Some(match reason {
        Reason::Unspecified => return None,
        Reason::KeyCompromise => RevocationReason::KeyCompromise,
        Reason::AffiliationChanged => RevocationReason::AffiliationChanged,
        Reason::Superseded => RevocationReason::Superseded,
        Reason::CessationOfOperation => RevocationReason::CessationOfOperation,
        Reason::PrivilegeWithdrawn => RevocationReason::PrivilegeWithdrawn,
    })
}

/// Seconds since 1970 as the point in time that certificates are made with.
pub(super) fn moment(seconds: u64) -> anyhow::Result<OffsetDateTime> {
    Ok(OffsetDateTime::from_unix_timestamp(i64::try_from(seconds)?)?)
}

/// 127 random bits, of which the first octet is never zero: RFC 5280, 4.1.2.2
/// wants a positive number of at most 20 octets.
pub(super) fn random_serial() -> anyhow::Result<Vec<u8>> {
    let mut serial = vec![0; 16];
    SystemRandom::new().fill(&mut serial).map_err(|_| anyhow::anyhow!("no random numbers"))?;
    serial[0] = serial[0] & 0x7f | 0x40;
    Ok(serial)
}

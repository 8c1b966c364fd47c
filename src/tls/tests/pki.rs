//! A certificate authority for tests, and the files of an identity.

use std::fs;
use std::path::PathBuf;

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer,
    DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair,
    KeyUsagePurpose, RevokedCertParams, SanType, SerialNumber,
};
use rustls::pki_types::UnixTime;
use tempfile::TempDir;
use time::{Duration, OffsetDateTime};

use crate::config::{self, Credential, Trust};
use crate::tls::{Identity, IdentityError};

pub(in crate::tls) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A chain and key in PEM.
pub(in crate::tls) struct Leaf {
    pub(in crate::tls) chain: String,
    pub(in crate::tls) key: String,
    pub(in crate::tls) serial: SerialNumber,
}

pub(in crate::tls) fn params(cn: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, cn);
    params.not_before = OffsetDateTime::now_utc() - Duration::days(1);
    params.not_after = OffsetDateTime::now_utc() + Duration::days(30);
    params.extended_key_usages =
        vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    params
}

pub(in crate::tls) fn dns(name: &str) -> SanType {
    SanType::DnsName(name.try_into().unwrap())
}

fn authority_params(cn: &str) -> CertificateParams {
    let mut params = params(cn);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.extended_key_usages.clear();
    params
}

impl Authority {
    pub(in crate::tls) fn new(cn: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(authority_params(cn), key).unwrap())
    }

    pub(in crate::tls) fn intermediate(&self, cn: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::signed_by(authority_params(cn), key, &self.0).unwrap())
    }

    pub(in crate::tls) fn pem(&self) -> String {
        self.0.pem()
    }

    pub(in crate::tls) fn issue(&self, mut params: CertificateParams) -> Leaf {
        let serial = KeyPair::generate().unwrap().public_key_raw()[1..17].to_vec();
        let serial = SerialNumber::from_slice(&[&[0x11], serial.as_slice()].concat());
        params.serial_number = Some(serial.clone());
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().unwrap();
        let chain = params.signed_by(&key, &self.0).unwrap().pem();
        Leaf { chain, key: key.serialize_pem(), serial }
    }

    pub(in crate::tls) fn leaf(&self, cn: &str, names: &[&str]) -> Leaf {
        let mut params = params(cn);
        params.subject_alt_names = names.iter().map(|name| dns(name)).collect();
        self.issue(params)
    }

    /// A list of this authority that is due again in so many days, and was made
    /// 40 days before that.
    pub(in crate::tls) fn crl(
        &self,
        revoked: &[&SerialNumber],
        days: i64,
    ) -> rcgen::CertificateRevocationList {
        let now = OffsetDateTime::now_utc();
        let entry = |serial: &&SerialNumber| RevokedCertParams {
            serial_number: (*serial).clone(),
            revocation_time: now - Duration::days(1),
            reason_code: None,
            invalidity_date: None,
        };
        CertificateRevocationListParams {
            this_update: now + Duration::days(days - 40),
            next_update: now + Duration::days(days),
            crl_number: SerialNumber::from(1u64),
            issuing_distribution_point: None,
            revoked_certs: revoked.iter().map(entry).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        }
        .signed_by(&self.0)
        .unwrap()
    }

    pub(in crate::tls) fn crl_pem(&self, revoked: &[&SerialNumber], days: i64) -> String {
        self.crl(revoked, days).pem().unwrap()
    }
}

impl Leaf {
    pub(in crate::tls) fn with_chain(mut self, authority: &Authority) -> Self {
        self.chain.push_str(&authority.pem());
        self
    }
}

/// A folder of an identity's files.
pub(in crate::tls) struct Folder(TempDir);

impl Folder {
    pub(in crate::tls) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(in crate::tls) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(in crate::tls) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        fs::write(self.path(name), content).unwrap();
        self.path(name)
    }

    /// As the configuration would name them, without `crl`.
    pub(in crate::tls) fn pem(&self, leaf: &Leaf, trust: &Authority) -> config::Identity {
        config::Identity {
            name: "gateway".into(),
            credential: Some(Credential::Pem {
                cert: self.write("gateway.pem", &leaf.chain),
                key: self.write_secret("gateway.key", &leaf.key),
            }),
            trust: Some(Trust::File(self.write("ca.pem", trust.pem()))),
            crl: Vec::new(),
        }
    }

    pub(in crate::tls) fn write_secret(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.write(name, content);
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        path
    }
}

pub(in crate::tls) fn load(identity: &config::Identity) -> Result<Identity, Vec<IdentityError>> {
    Identity::load(identity, UnixTime::now())
}

/// An identity from its parts, by way of files.
pub(in crate::tls) fn identity(leaf: &Leaf, trust: &Authority, crls: &[String]) -> Identity {
    let folder = Folder::new();
    let mut from = folder.pem(leaf, trust);
    from.crl =
        crls.iter().enumerate().map(|(at, crl)| folder.write(&format!("{at}.crl"), crl)).collect();
    load(&from).unwrap()
}

/// An identity that shows nothing.
pub(in crate::tls) fn trust_only(trust: &Authority) -> Identity {
    let folder = Folder::new();
    load(&config::Identity {
        name: "nobody".into(),
        credential: None,
        trust: Some(Trust::File(folder.write("ca.pem", trust.pem()))),
        crl: Vec::new(),
    })
    .unwrap()
}

//! Certificates made for one scene: an authority, leaves with any names, and
//! revocation lists. None is checked in, since they expire.

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    RevokedCertParams, SanType, SerialNumber,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// What a leaf is to carry.
#[derive(Clone, Default)]
pub struct Leaf {
    pub cn: Vec<String>,
    pub ou: Vec<String>,
    pub dns: Vec<String>,
    pub uri: Vec<String>,
    pub ip: Vec<String>,
    pub email: Vec<String>,
    /// Days until it ends; less than zero: it has ended.
    pub days: Option<i64>,
}

impl Leaf {
    pub fn named(cn: &str) -> Self {
        Self { cn: vec![cn.to_owned()], ..Self::default() }
    }

    pub fn localhost(cn: &str) -> Self {
        Self { ip: vec!["127.0.0.1".to_owned()], ..Self::named(cn).dns("localhost") }
    }

    pub fn dns(mut self, name: &str) -> Self {
        self.dns.push(name.to_owned());
        self
    }

    pub fn uri(mut self, uri: &str) -> Self {
        self.uri.push(uri.to_owned());
        self
    }

    pub fn ou(mut self, ou: &str) -> Self {
        self.ou.push(ou.to_owned());
        self
    }

    pub fn ip(mut self, ip: &str) -> Self {
        self.ip.push(ip.to_owned());
        self
    }

    pub fn email(mut self, email: &str) -> Self {
        self.email.push(email.to_owned());
        self
    }

    pub fn days(mut self, days: i64) -> Self {
        self.days = Some(days);
        self
    }

    fn params(&self, serial: u64) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.serial_number = Some(SerialNumber::from(serial));
        params.distinguished_name = rcgen::DistinguishedName::new();
        for cn in &self.cn {
            params.distinguished_name.push(DnType::CommonName, cn);
        }
        for ou in &self.ou {
            params.distinguished_name.push(DnType::OrganizationalUnitName, ou);
        }
        let name = |text: &String| text.as_str().try_into().unwrap();
        let sans = &mut params.subject_alt_names;
        sans.extend(self.dns.iter().map(|text| SanType::DnsName(name(text))));
        sans.extend(self.uri.iter().map(|text| SanType::URI(name(text))));
        sans.extend(self.email.iter().map(|text| SanType::Rfc822Name(name(text))));
        sans.extend(self.ip.iter().map(|text| SanType::IpAddress(text.parse().unwrap())));
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        let now = time::OffsetDateTime::now_utc();
        params.not_before = now - time::Duration::days(30);
        params.not_after = now + time::Duration::days(self.days.unwrap_or(30));
        params
    }
}

/// A leaf with its key, ready for files and for clients.
pub struct Issued {
    pub chain_pem: String,
    pub key_pem: String,
    pub chain: Vec<CertificateDer<'static>>,
    pub serial: u64,
    /// `sha256/BASE64` of its public key.
    pub spki_hex: String,
    key_der: Vec<u8>,
}

impl Issued {
    pub fn key(&self) -> PrivateKeyDer<'static> {
        PrivatePkcs8KeyDer::from(self.key_der.clone()).into()
    }
}

pub struct Authority {
    params: CertificateParams,
    key: KeyPair,
    certificate: rcgen::Certificate,
    next_serial: std::cell::Cell<u64>,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, format!("{name} authority"));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self { params, key, certificate, next_serial: std::cell::Cell::new(0x1001) }
    }

    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    pub fn der(&self) -> CertificateDer<'static> {
        self.certificate.der().clone()
    }

    pub fn issue(&self, leaf: Leaf) -> Issued {
        use rcgen::PublicKeyData;
        let serial = self.next_serial.replace(self.next_serial.get() + 1);
        let key = KeyPair::generate().unwrap();
        let issuer = Issuer::from_params(&self.params, &self.key);
        let certificate = leaf.params(serial).signed_by(&key, &issuer).unwrap();
        let digest = ring::digest::digest(&ring::digest::SHA256, &key.subject_public_key_info());
        Issued {
            chain_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
            chain: vec![certificate.der().clone()],
            serial,
            spki_hex: digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect(),
            key_der: key.serialize_der(),
        }
    }

    /// An authority below this one, and its certificate in PEM.
    pub fn intermediate(&self, name: &str) -> (Self, String) {
        let mut lower = Self::new(name);
        lower.params.serial_number = Some(SerialNumber::from(0x77));
        lower.params.use_authority_key_identifier_extension = true;
        let issuer = Issuer::from_params(&self.params, &self.key);
        lower.certificate = lower.params.signed_by(&lower.key, &issuer).unwrap();
        let pem = lower.pem();
        (lower, pem)
    }

    /// A revocation list of these serial numbers, in PEM.
    pub fn revocation_list(&self, serials: &[u64]) -> String {
        self.revocation_list_until(serials, 7)
    }

    /// One that says when the next will come: in `days`.
    pub fn revocation_list_until(&self, serials: &[u64], days: i64) -> String {
        let now = time::OffsetDateTime::now_utc();
        let revoked = serials.iter().map(|&serial| RevokedCertParams {
            serial_number: SerialNumber::from(serial),
            revocation_time: now - time::Duration::hours(1),
            reason_code: None,
            invalidity_date: None,
        });
        let params = CertificateRevocationListParams {
            this_update: now - time::Duration::days(30),
            next_update: now + time::Duration::days(days),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let issuer = Issuer::from_params(&self.params, &self.key);
        params.signed_by(&issuer).unwrap().pem().unwrap()
    }
}

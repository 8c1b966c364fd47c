//! An identity: what we show, whom we trust, who is revoked.
//!
//! Loading reads files and nothing else; what time it is comes in as a
//! parameter. A loaded identity never changes: a reload makes a new one.

mod credential;
mod pkcs12;
mod problem;
mod revocation;
mod trust;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ring::digest;
use rustls::RootCertStore;
use rustls::pki_types::{CertificateRevocationListDer, UnixTime};
use rustls::sign::CertifiedKey;

pub(super) use self::credential::seconds;
pub(super) use self::problem::date;
pub use self::problem::{IdentityError, IdentityWarning, Problem, Warning};
use crate::access::CertificateNames;
use crate::config;

/// A loaded identity.
#[derive(Debug, Clone)]
pub struct Identity {
    name: String,
    credential: Option<Shown>,
    roots: Option<Arc<RootCertStore>>,
    crls: Vec<CertificateRevocationListDer<'static>>,
    files: Vec<PathBuf>,
    warnings: Vec<IdentityWarning>,
    /// SHA-256 of all that was read.
    digest: [u8; 32],
}

/// The certificate that is shown.
#[derive(Debug, Clone)]
struct Shown {
    key: Arc<CertifiedKey>,
    leaf: CertificateNames,
    /// Seconds since 1970: the earliest end in the chain.
    not_after: u64,
}

impl Identity {
    /// Reads the files of one identity.
    ///
    /// # Errors
    /// Everything that is wrong with it, one error a file.
    pub fn load(from: &config::Identity, now: UnixTime) -> Result<Self, Vec<IdentityError>> {
        let mut loading = Loading::new(from, now);
        let credential = from.credential.as_ref().and_then(|c| credential::load(c, &mut loading));
        let roots = from.trust.as_ref().and_then(|t| trust::load(t, &mut loading));
        let crls = revocation::load(&from.crl, roots.as_ref(), &mut loading);
        if !loading.errors.is_empty() {
            return Err(loading.errors);
        }
        let digest = loading.digest();
        Ok(Self {
            name: from.name.clone(),
            credential,
            roots: roots.map(|roots| roots.store),
            crls,
            files: loading.files,
            warnings: loading.warnings,
            digest,
        })
    }

    /// Whether the same was read for both: no certificate, key or list differs.
    pub fn same_content(&self, other: &Self) -> bool {
        self.digest == other.digest
    }

    /// The name in the configuration.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The chain and key that are shown, if any.
    pub fn certified_key(&self) -> Option<&Arc<CertifiedKey>> {
        self.credential.as_ref().map(|shown| &shown.key)
    }

    /// The names in the certificate that is shown.
    pub fn leaf(&self) -> Option<&CertificateNames> {
        self.credential.as_ref().map(|shown| &shown.leaf)
    }

    /// When the first certificate of the shown chain runs out, in seconds
    /// since 1970: the metric `certificate_expiry_timestamp_seconds`.
    pub fn not_after(&self) -> Option<u64> {
        self.credential.as_ref().map(|shown| shown.not_after)
    }

    /// Whom it trusts.
    pub fn roots(&self) -> Option<&Arc<RootCertStore>> {
        self.roots.as_ref()
    }

    /// The revocation lists; empty where none is asked for.
    pub fn crls(&self) -> &[CertificateRevocationListDer<'static>] {
        &self.crls
    }

    /// Every file that was read, to be watched.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// What is not wrong, but will be, or invites trouble.
    pub fn warnings(&self) -> &[IdentityWarning] {
        &self.warnings
    }
}

/// What is collected while one identity loads.
struct Loading<'a> {
    identity: &'a str,
    /// The key of the configuration that names the file at hand.
    key: &'static str,
    now: UnixTime,
    files: Vec<PathBuf>,
    errors: Vec<IdentityError>,
    warnings: Vec<IdentityWarning>,
    content: digest::Context,
}

impl<'a> Loading<'a> {
    fn new(from: &'a config::Identity, now: UnixTime) -> Self {
        let (files, errors, warnings) = Default::default();
        let content = digest::Context::new(&digest::SHA256);
        Self { identity: &from.name, key: "", now, files, errors, warnings, content }
    }

    /// Reads a file; a failure is noted.
    fn read(&mut self, path: &Path, most: u64) -> Option<Vec<u8>> {
        self.files.push(path.to_owned());
        let content = super::files::read(path, most);
        let content = self.note(path, content)?;
        self.took(&content);
        Some(content)
    }

    /// Takes content into the digest.
    fn took(&mut self, content: &[u8]) {
        self.content.update(&(content.len() as u64).to_be_bytes());
        self.content.update(content);
    }

    fn digest(&self) -> [u8; 32] {
        let mut digest = [0; 32];
        digest.copy_from_slice(self.content.clone().finish().as_ref());
        digest
    }

    /// Notes a failure that this file is to blame for.
    fn note<T>(&mut self, path: &Path, result: Result<T, Problem>) -> Option<T> {
        result
            .map_err(|problem| {
                let (identity, file) = (self.identity.to_owned(), Some(path.to_owned()));
                self.errors.push(IdentityError { identity, key: self.key, file, problem });
            })
            .ok()
    }

    fn warn(&mut self, path: &Path, what: Warning) {
        let (identity, file) = (self.identity.to_owned(), path.to_owned());
        self.warnings.push(IdentityWarning { identity, file, what });
    }

    fn warn_if_others_may_read(&mut self, path: &Path) {
        if super::files::others_may_read(path) {
            self.warn(path, Warning::SecretReadableByOthers);
        }
    }
}

/// All identities of a configuration.
#[derive(Debug, Clone, Default)]
pub struct Identities(BTreeMap<String, Arc<Identity>>);

impl Identities {
    /// Reads the files of all identities, now.
    ///
    /// # Errors
    /// Everything that is wrong with any of them.
    pub fn load(
        identities: &BTreeMap<String, config::Identity>,
    ) -> Result<Self, Vec<IdentityError>> {
        Self::load_at(identities, UnixTime::now())
    }

    /// As [`Self::load`], at another time.
    ///
    /// # Errors
    /// Everything that is wrong with any of them.
    pub fn load_at(
        identities: &BTreeMap<String, config::Identity>,
        now: UnixTime,
    ) -> Result<Self, Vec<IdentityError>> {
        let mut loaded = BTreeMap::new();
        let mut errors = Vec::new();
        for (name, from) in identities {
            match Identity::load(from, now) {
                Ok(identity) => {
                    loaded.insert(name.clone(), Arc::new(identity));
                }
                Err(more) => errors.extend(more),
            }
        }
        if errors.is_empty() { Ok(Self(loaded)) } else { Err(errors) }
    }

    /// The identity of this name.
    pub fn get(&self, name: &str) -> Option<&Arc<Identity>> {
        self.0.get(name)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Identity>> {
        self.0.values()
    }
}

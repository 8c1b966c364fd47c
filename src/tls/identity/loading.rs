//! What is collected while one identity loads: content, mistakes, warnings.
//!
//! Loading never stops at the first mistake; whoever finds one notes it here and
//! goes on.

use std::path::{Path, PathBuf};

use ring::digest;
use rustls::pki_types::UnixTime;

use super::{IdentityError, IdentityWarning, Problem, Warning};
use crate::config;

/// What is collected while one identity loads.
pub(super) struct Loading<'a> {
    pub identity: &'a str,
    /// The key of the configuration that names the file at hand.
    pub key: &'static str,
    pub now: UnixTime,
    pub files: Vec<PathBuf>,
    pub errors: Vec<IdentityError>,
    pub warnings: Vec<IdentityWarning>,
    content: digest::Context,
}

impl<'a> Loading<'a> {
    pub fn new(from: &'a config::Identity, now: UnixTime) -> Self {
        let (files, errors, warnings) = Default::default();
        let content = digest::Context::new(&digest::SHA256);
        Self { identity: &from.name, key: "", now, files, errors, warnings, content }
    }

    /// Reads a file; a failure is noted.
    pub fn read(&mut self, path: &Path, most: u64) -> Option<Vec<u8>> {
        self.files.push(path.to_owned());
        let content = crate::tls::files::read(path, most);
        let content = self.note(path, content)?;
        self.took(&content);
        Some(content)
    }

    /// Takes content into the digest.
    pub fn took(&mut self, content: &[u8]) {
        self.content.update(&(content.len() as u64).to_be_bytes());
        self.content.update(content);
    }

    /// SHA-256 of all that was taken in so far.
    pub fn digest(&self) -> [u8; 32] {
        let mut digest = [0; 32];
        digest.copy_from_slice(self.content.clone().finish().as_ref());
        digest
    }

    /// Notes a failure that this file is to blame for.
    pub fn note<T>(&mut self, path: &Path, result: Result<T, Problem>) -> Option<T> {
        result
            .map_err(|problem| {
                let (identity, file) = (self.identity.to_owned(), Some(path.to_owned()));
                self.errors.push(IdentityError { identity, key: self.key, file, problem });
            })
            .ok()
    }

    /// Notes what about this file may go wrong later.
    pub fn warn(&mut self, path: &Path, what: Warning) {
        let (identity, file) = (self.identity.to_owned(), path.to_owned());
        self.warnings.push(IdentityWarning { identity, file, what });
    }

    pub fn warn_if_others_may_read(&mut self, path: &Path) {
        if crate::tls::files::others_may_read(path) {
            self.warn(path, Warning::SecretReadableByOthers);
        }
    }
}

//! Whom an identity trusts.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;

use super::credential::certificates;
use super::{IdentityError, Loading, Problem, Warning};
use crate::config::Trust;
use crate::tls::files::MAX_PEM;

/// The trusted CAs, and the file that named them.
pub(super) struct Roots {
    pub(super) store: Arc<RootCertStore>,
    /// `None` for the system's own.
    pub(super) file: Option<PathBuf>,
    /// Empty for the system's own.
    pub(super) certificates: Vec<CertificateDer<'static>>,
}

pub(super) fn load(trust: &Trust, loading: &mut Loading<'_>) -> Option<Roots> {
    loading.key = "trust";
    match trust {
        Trust::File(path) => bundle(path, loading),
        Trust::System => system(loading),
    }
}

/// Every certificate of the bundle must be usable: one that is silently left
/// out is found only when its first client is refused.
fn bundle(path: &Path, loading: &mut Loading<'_>) -> Option<Roots> {
    let pem = loading.read(path, MAX_PEM)?;
    let certificates = loading.note(path, certificates(&pem))?;
    let mut store = RootCertStore::empty();
    for (at, certificate) in certificates.iter().enumerate() {
        let added = store
            .add(certificate.clone())
            .map_err(|error| Problem::BadCertificate { number: at + 1, why: error.to_string() });
        loading.note(path, added)?;
    }
    Some(Roots { store: Arc::new(store), file: Some(path.to_owned()), certificates })
}

/// A system's store often holds a certificate that is too old or odd to be
/// used, so here those that can be used are enough.
fn system(loading: &mut Loading<'_>) -> Option<Roots> {
    let found = rustls_native_certs::load_native_certs();
    let errors: Vec<String> = found.errors.iter().take(3).map(ToString::to_string).collect();
    found.certs.iter().for_each(|certificate| loading.took(certificate));
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(found.certs);
    if store.is_empty() {
        let why = if errors.is_empty() { "none found".into() } else { errors.join("; ") };
        let identity = loading.identity.to_owned();
        let problem = Problem::NoSystemTrust(why);
        loading.errors.push(IdentityError { identity, key: loading.key, file: None, problem });
        return None;
    }
    if !errors.is_empty() {
        loading.warn(Path::new("the system's CAs"), Warning::SystemTrust(errors.join("; ")));
    }
    Some(Roots { store: Arc::new(store), file: None, certificates: Vec::new() })
}

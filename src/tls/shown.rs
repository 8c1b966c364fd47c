//! The certificate that a listener shows, whatever name the client asks for.

use std::sync::Arc;

use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::sighting;

/// One certificate for all names; the name is noted for the log and for PROXY
/// headers.
#[derive(Debug)]
pub(super) struct Shown(pub Arc<CertifiedKey>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        sighting::note_sni(hello.server_name());
        Some(Arc::clone(&self.0))
    }
}

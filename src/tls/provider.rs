//! The one crypto provider.
//!
//! Every builder of rustls gets it by hand: a process-wide default could be
//! swapped by a dependency, and rustls panics when there are two to pick from.

use std::sync::{Arc, LazyLock};

use rustls::crypto::{CryptoProvider, ring};

static PROVIDER: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| ring::default_provider().into());

/// `ring`, with its own order of cipher suites: AEAD and forward secrecy only.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::clone(&PROVIDER)
}

//! The one crypto provider.
//!
//! Every builder of rustls gets it by hand: a process-wide default could be
//! swapped by a dependency, and rustls panics when there are two to pick from.

use std::sync::{Arc, LazyLock};

use rustls::CipherSuite;
use rustls::crypto::{CryptoProvider, ring};

static PROVIDER: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| {
    let mut provider = ring::default_provider();
    let has_aes = has_aes();
    // Stable: within a rank the provider's own order stays.
    provider.cipher_suites.sort_by_key(|suite| rank(suite.suite(), has_aes));
    provider.into()
});

/// The cheapest for this processor first; all of them are as good as the key
/// exchange allows.
fn rank(suite: CipherSuite, has_aes: bool) -> u8 {
    let name = suite.as_str().unwrap_or_default();
    let preferred = if has_aes { "AES_128_GCM" } else { "CHACHA20" };
    u8::from(!name.contains(preferred))
}

/// Whether the processor has instructions for AES.
fn has_aes() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("aes");
    #[cfg(target_arch = "aarch64")]
    return std::arch::is_aarch64_feature_detected!("aes");
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    false
}

/// `ring`, with AEAD and forward secrecy only.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::clone(&PROVIDER)
}

#[cfg(test)]
mod tests;

//! A connection's id: what ties its log lines, on both gateways, together.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The id of a connection: unlike any other of this process, and very likely of
/// any other process too. Not a secret: the next one is easily guessed.
///
/// A number that starts at a random place and counts up, so that ids of one
/// process sort by their time (but for one wrap in 2^64). Written as 13
/// characters of Crockford's base 32 in lower case, which nobody misreads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ConnectionId(u64);

/// Random by the keys that the standard library draws from the system.
static NEXT: LazyLock<AtomicU64> =
    LazyLock::new(|| AtomicU64::new(RandomState::new().build_hasher().finish()));

const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// 13 digits of 5 bits hold 64.
const LENGTH: usize = 13;

impl ConnectionId {
    /// The next one of this process.
    #[allow(clippy::should_implement_trait)]
    pub fn next() -> Self {
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        let mut text = [0; LENGTH];
        for digit in text.iter_mut().rev() {
            *digit = DIGITS[(rest % 32) as usize];
            rest /= 32;
        }
        // The alphabet is ASCII.
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;

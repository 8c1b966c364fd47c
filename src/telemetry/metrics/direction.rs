//! What one direction of a bridge has carried.

use std::sync::atomic::{AtomicU64, Ordering};

use super::sizes::{SizeBatch, SizeHistogram};

/// Counts the bytes and messages of one direction, all connections of a bridge
/// together.
///
/// On cache lines of its own: the two directions of a busy bridge run on
/// different cores.
#[derive(Debug, Default)]
#[repr(align(128))]
pub struct DirectionMeter {
    bytes: AtomicU64,
    sizes: SizeHistogram,
}

impl DirectionMeter {
    /// Counts `n` payload bytes that were written to the other end.
    #[inline]
    pub fn bytes(&self, n: u64) {
        self.bytes.fetch_add(n, Ordering::Relaxed);
    }

    /// Counts the messages of `batch`, and their sizes, and empties it. Their
    /// bytes count in [`bytes`](Self::bytes), where a long message can count
    /// while it is still on its way.
    pub fn messages(&self, batch: &mut SizeBatch) {
        if !batch.is_empty() {
            self.sizes.take(batch);
        }
    }

    /// Bytes counted so far.
    pub fn total_bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Messages counted so far.
    pub fn total_messages(&self) -> u64 {
        self.sizes.messages()
    }

    pub(super) const fn sizes(&self) -> &SizeHistogram {
        &self.sizes
    }
}

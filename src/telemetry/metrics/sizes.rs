//! Sizes of messages: fixed buckets, no lock, no allocation, no growth.
//!
//! A connection counts into a [`SizeBatch`] of its own, which is plain numbers,
//! and adds it to the bridge's [`SizeHistogram`] once for each batch of messages
//! that it moved: one atomic addition a bucket that was hit, not three a message.

use std::sync::atomic::{AtomicU64, Ordering};

/// Buckets, the one without an upper bound included.
pub(super) const BUCKETS: usize = 13;

/// Upper bounds in bytes, inclusive, of all buckets but the last: 0, then the
/// powers of four from 16 to 16 MiB, which is the default of `max_message`.
pub(super) const BOUNDS: [u64; BUCKETS - 1] = {
    let mut bounds = [0; BUCKETS - 1];
    let mut index = 1;
    while index < bounds.len() {
        bounds[index] = 1 << (2 * (index + 1));
        index += 1;
    }
    bounds
};

/// The bucket of a message of `size` bytes.
///
/// A size above 0 fits bound `k`, which is 2^(2k+2), exactly when `size - 1` has
/// no more than 2k+2 significant bits.
#[inline]
pub(super) const fn bucket(size: u64) -> usize {
    if size == 0 {
        return 0;
    }
    let bits = (u64::BITS - (size - 1).leading_zeros()) as usize;
    let fits = bits.div_ceil(2).saturating_sub(1);
    if fits < 1 {
        1
    } else if fits < BUCKETS {
        fits
    } else {
        BUCKETS - 1
    }
}

/// Sizes counted by one task, not yet seen by anybody else.
#[derive(Debug, Default, Clone)]
pub struct SizeBatch {
    counts: [u32; BUCKETS],
    bytes: u64,
    messages: u32,
}

impl SizeBatch {
    /// An empty one.
    pub const fn new() -> Self {
        Self { counts: [0; BUCKETS], bytes: 0, messages: 0 }
    }

    /// Counts a message of `size` bytes. Wraps after 2^32 messages without
    /// [`SizeHistogram::take`]; a batch is a handful.
    #[inline]
    pub fn record(&mut self, size: usize) {
        let size = size as u64;
        let count = &mut self.counts[bucket(size)];
        *count = count.wrapping_add(1);
        self.bytes += size;
        self.messages = self.messages.wrapping_add(1);
    }

    /// The bytes of all messages counted since the last flush.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The messages counted since the last flush.
    pub const fn messages(&self) -> u64 {
        self.messages as u64
    }

    /// Whether nothing was counted since the last flush.
    pub const fn is_empty(&self) -> bool {
        self.messages == 0
    }
}

/// The sizes of all messages of one direction of a bridge.
///
/// A reader may see a batch half added; the totals it sees are derived from the
/// buckets, so that `_count` and `+Inf` never disagree.
#[derive(Debug, Default)]
pub struct SizeHistogram {
    counts: [AtomicU64; BUCKETS],
    bytes: AtomicU64,
}

impl SizeHistogram {
    /// Adds what `batch` has counted and empties it.
    pub fn take(&self, batch: &mut SizeBatch) {
        for (total, count) in self.counts.iter().zip(&mut batch.counts) {
            if *count != 0 {
                total.fetch_add(u64::from(*count), Ordering::Relaxed);
                *count = 0;
            }
        }
        self.bytes.fetch_add(batch.bytes, Ordering::Relaxed);
        batch.bytes = 0;
        batch.messages = 0;
    }

    /// Messages counted so far.
    pub fn messages(&self) -> u64 {
        self.counts.iter().map(|count| count.load(Ordering::Relaxed)).sum()
    }

    /// What was counted so far.
    pub(super) fn snapshot(&self) -> SizeSnapshot {
        SizeSnapshot {
            counts: std::array::from_fn(|index| self.counts[index].load(Ordering::Relaxed)),
            bytes: self.bytes.load(Ordering::Relaxed),
        }
    }
}

/// A histogram at one moment, for the exposition.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct SizeSnapshot {
    /// Messages of each bucket, not cumulated.
    pub counts: [u64; BUCKETS],
    /// Bytes of all of them.
    pub bytes: u64,
}

impl SizeSnapshot {
    /// Both together.
    pub fn plus(mut self, other: &Self) -> Self {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.bytes += other.bytes;
        self
    }
}

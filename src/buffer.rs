//! Buffers borrowed while bytes are in flight.
//!
//! A connection that waits holds none: it borrows one when its end is readable
//! and gives it back when all has gone on. Each thread keeps a few of each size
//! for the next that asks, so that the steady loop neither allocates nor locks.
//! What a buffer held before is never read: only `..filled` of its user is.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

/// How large a read is tried, growing and shrinking with what came last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Size {
    /// 17 KiB: single messages, small replies; one whole TLS record.
    Small,
    /// 68 KiB: four of those.
    Medium,
    /// 272 KiB: bulk; more did not measure faster.
    Large,
}

impl Size {
    /// Bytes of a buffer of this size.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Small => 17 * 1024,
            Self::Medium => 68 * 1024,
            Self::Large => 272 * 1024,
        }
    }

    /// The size to read with next, after a read of `got` bytes. Nearly full
    /// counts as full: TLS hands on whole records, which never fill a buffer to
    /// its last byte.
    pub fn after(self, got: usize) -> Self {
        match self {
            Self::Small if got >= self.bytes() / 4 * 3 => Self::Medium,
            Self::Medium if got >= self.bytes() / 4 * 3 => Self::Large,
            Self::Large if got < Self::Medium.bytes() / 2 => Self::Medium,
            Self::Medium if got < Self::Small.bytes() / 2 => Self::Small,
            same => same,
        }
    }

    fn of(bytes: usize) -> Option<Self> {
        [Self::Small, Self::Medium, Self::Large].into_iter().find(|size| size.bytes() == bytes)
    }

    /// The smallest size that holds `bytes`.
    fn holding(bytes: usize) -> Option<Self> {
        [Self::Small, Self::Medium, Self::Large].into_iter().find(|size| size.bytes() >= bytes)
    }
}

/// So many free buffers of each size a thread keeps.
const KEPT: usize = 8;

thread_local! {
    static FREE: RefCell<[Vec<Box<[u8]>>; 3]> = const { RefCell::new([const { Vec::new() }; 3]) };
}

/// A borrowed buffer; goes back to the thread that drops it.
pub struct Buffer {
    bytes: Box<[u8]>,
}

/// Without the bytes: they are what somebody sends somebody.
impl std::fmt::Debug for Buffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Buffer").field("len", &self.bytes.len()).finish()
    }
}

impl Buffer {
    /// Borrows a buffer.
    pub fn borrow(size: Size) -> Self {
        let kept = FREE.with(|free| free.borrow_mut()[size as usize].pop());
        Self { bytes: kept.unwrap_or_else(|| zeroed(size.bytes())) }
    }

    /// One of at least `bytes`: a borrowed one where that is large enough, else
    /// one of its own whose memory the system hands out as it is touched.
    pub fn holding(bytes: usize) -> Self {
        match Size::holding(bytes) {
            Some(size) => Self::borrow(size),
            None => Self { bytes: zeroed(bytes) },
        }
    }
}

fn zeroed(bytes: usize) -> Box<[u8]> {
    vec![0; bytes].into_boxed_slice()
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let Some(size) = Size::of(self.bytes.len()) else { return };
        let bytes = std::mem::take(&mut self.bytes);
        // The thread may be ending, its list gone; then the memory goes too.
        let _ = FREE.try_with(|free| {
            let list = &mut free.borrow_mut()[size as usize];
            if list.len() < KEPT {
                list.push(bytes);
            }
        });
    }
}

impl Deref for Buffer {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }
}

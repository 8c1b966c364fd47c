//! A region of address space cut into slots, one for each packet of a batch.
//!
//! A SEQPACKET read that is shorter than its packet destroys the rest, and
//! nothing tells the sizes of all waiting packets beforehand. So every slot is
//! as long as the longest message allowed, as address space; memory is only
//! what packets have touched, and large ones are given back at once.

use std::io;
use std::ptr::NonNull;

/// Above this much, a slot's pages are given back after use.
const KEEP: usize = 64 * 1024;
/// The most address space that a region takes, unless one slot needs more.
const MOST_SPACE: usize = 256 * 1024 * 1024;
/// The most slots of a region.
pub const MOST_SLOTS: usize = 32;

/// Slots for packets; see the module's words.
#[derive(Debug)]
pub struct Slots {
    base: NonNull<u8>,
    slot: usize,
    count: usize,
}

// SAFETY: the mapping is owned by this value alone and is plain memory.
unsafe impl Send for Slots {}

impl Slots {
    /// Maps slots of at least `longest` bytes each.
    ///
    /// # Errors
    /// Whatever mmap(2) says; `InvalidInput` for a length that overflows.
    pub fn map(longest: usize) -> io::Result<Self> {
        let slot =
            longest.max(1).checked_next_multiple_of(4096).ok_or(io::ErrorKind::InvalidInput)?;
        let count = (MOST_SPACE / slot).clamp(1, MOST_SLOTS);
        let space = slot.checked_mul(count).ok_or(io::ErrorKind::InvalidInput)?;
        // SAFETY: a fresh anonymous mapping, not at a fixed address, aliases
        // nothing.
        let base = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                space,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                -1,
                0,
            )
        };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the range is the mapping just made. Failure only costs
        // memory: a huge page a slot in place of a small one.
        unsafe { libc::madvise(base, space, libc::MADV_NOHUGEPAGE) };
        let base = NonNull::new(base.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Self { base, slot, count })
    }

    /// Bytes that a slot holds.
    pub fn slot_len(&self) -> usize {
        self.slot
    }

    /// How many slots there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The first `len` bytes of slot `index`.
    ///
    /// # Panics
    /// If the slot or the length is out of bounds.
    pub fn bytes(&self, index: usize, len: usize) -> &[u8] {
        assert!(index < self.count && len <= self.slot);
        // SAFETY: in bounds by the assertion; mapped memory is initialised
        // (zeros or what was received); shared for as long as `&self` lives.
        unsafe { std::slice::from_raw_parts(self.base.add(index * self.slot).as_ptr(), len) }
    }

    pub(super) fn start(&mut self, index: usize) -> *mut u8 {
        assert!(index < self.count);
        // SAFETY: in bounds by the assertion.
        unsafe { self.base.add(index * self.slot).as_ptr() }
    }

    /// Gives back the memory that a packet of `len` bytes took in a slot.
    pub fn release(&mut self, index: usize, len: usize) {
        if len > KEEP {
            let start = self.start(index);
            // SAFETY: the range lies in our mapping; it reads as zeros after.
            unsafe { libc::madvise(start.add(KEEP).cast(), self.slot - KEEP, libc::MADV_DONTNEED) };
        }
    }
}

impl Drop for Slots {
    fn drop(&mut self) {
        // SAFETY: exactly the mapping that `map` made, and nobody borrows it.
        unsafe { libc::munmap(self.base.as_ptr().cast(), self.slot * self.count) };
    }
}

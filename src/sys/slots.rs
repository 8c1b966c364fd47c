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
const MOST_SPACE: usize = 1024 * 1024 * 1024;
/// Slots begin at different offsets in their pages, so that the first lines of
/// many small packets do not fight for the same sets of the cache.
const STAGGER: usize = 192;
/// The most slots of a region.
pub const MOST_SLOTS: usize = 32;

/// Slots for packets; see the module's words.
#[derive(Debug)]
pub struct Slots {
    base: NonNull<u8>,
    slot: usize,
    /// From the start of a slot to that of the next.
    stride: usize,
    count: usize,
}

// SAFETY: the mapping is owned by this value alone and is plain memory.
unsafe impl Send for Slots {}

impl Slots {
    /// Maps slots of at least `longest` bytes each: as many as there may be, or
    /// a single one where the system has no such room (a limit of address
    /// space; vm.overcommit_memory = 2, which counts what is never touched).
    ///
    /// # Errors
    /// Whatever mmap(2) says; `InvalidInput` for a length that overflows.
    pub fn map(longest: usize) -> io::Result<Self> {
        let too_long = io::ErrorKind::InvalidInput;
        let page = rustix::param::page_size();
        let slot = longest.max(1).checked_next_multiple_of(page).ok_or(too_long)?;
        let stride = slot.checked_add(STAGGER).ok_or(too_long)?;
        let count = (MOST_SPACE / stride).clamp(1, MOST_SLOTS);
        Self::map_count(slot, stride, count).or_else(|_| Self::map_count(slot, stride, 1))
    }

    fn map_count(slot: usize, stride: usize, count: usize) -> io::Result<Self> {
        let space = stride.checked_mul(count).ok_or(io::ErrorKind::InvalidInput)?;
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
        Ok(Self { base, slot, stride, count })
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
        unsafe { std::slice::from_raw_parts(self.base.add(index * self.stride).as_ptr(), len) }
    }

    pub(super) fn start(&mut self, index: usize) -> *mut u8 {
        assert!(index < self.count);
        // SAFETY: in bounds by the assertion.
        unsafe { self.base.add(index * self.stride).as_ptr() }
    }

    /// Gives back the memory that a packet of `len` bytes took in a slot.
    pub fn release(&mut self, index: usize, len: usize) {
        if len > KEEP {
            assert!(index < self.count && len <= self.slot);
            let slot = index * self.stride;
            let page = rustix::param::page_size();
            let from = (slot + KEEP).next_multiple_of(page);
            let to = (slot + len) / page * page;
            // SAFETY: whole pages of this slot, so of our mapping, which begins
            // at a page; they read as zeros after. Failure only costs memory.
            unsafe {
                let start = self.base.add(from).as_ptr().cast();
                libc::madvise(start, to.saturating_sub(from), libc::MADV_DONTNEED);
            }
        }
    }
}

impl Drop for Slots {
    fn drop(&mut self) {
        // SAFETY: exactly the mapping that `map` made, and nobody borrows it.
        unsafe { libc::munmap(self.base.as_ptr().cast(), self.stride * self.count) };
    }
}

#[cfg(test)]
mod tests;

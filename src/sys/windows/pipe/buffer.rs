//! Large buffers, borrowed while bytes are in flight.
//!
//! Each thread keeps a few of the usual sizes for the next that asks, so that a
//! busy pipe does not allocate and an idle one holds nothing large. What one
//! held before is never shown: only what a call has filled is.

use std::cell::RefCell;

/// What every pipe holds for small reads and writes.
pub(super) const SMALL: usize = 512;
/// The sizes that are kept.
const SIZES: [usize; 2] = [64 * 1024, 256 * 1024];
/// So many of each size a thread keeps.
const KEPT: usize = 4;

thread_local! {
    static FREE: RefCell<[Vec<Vec<u8>>; 2]> = const { RefCell::new([const { Vec::new() }; 2]) };
}

/// A buffer of at least `bytes`, all of them initialised.
pub(super) fn borrow(bytes: usize) -> Vec<u8> {
    let Some(class) = SIZES.iter().position(|size| *size >= bytes) else {
        // Fresh zeros, which the system hands out as they are touched.
        return vec![0; bytes];
    };
    let kept = FREE.try_with(|free| free.borrow_mut()[class].pop()).ok().flatten();
    kept.unwrap_or_else(|| vec![0; SIZES[class]])
}

/// Takes a buffer back.
pub(super) fn give_back(buffer: Vec<u8>) {
    let Some(class) = SIZES.iter().position(|size| *size == buffer.len()) else { return };
    // The thread may be ending, its list gone; then the memory goes too.
    let _ = FREE.try_with(|free| {
        let list = &mut free.borrow_mut()[class];
        if list.len() < KEPT {
            list.push(buffer);
        }
    });
}

//! One overlapped call at a time, with all that the system needs until it ends.
//!
//! An operation's OVERLAPPED and memory belong to the system from the call to
//! the packet. Until then the port's thread owns one reference of it, so that
//! nothing is freed, and no handle closed, while the system may still write;
//! whoever drops the other reference only asks for the call to be called off.

mod flight;

use std::cell::UnsafeCell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use windows_sys::Win32::Foundation::{ERROR_SUCCESS, FALSE, GetLastError};
use windows_sys::Win32::System::IO::{GetOverlappedResult, OVERLAPPED};

use super::handle::PipeHandle;

pub(super) use flight::Flight;

/// Which call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    /// ConnectNamedPipe; without memory.
    Connect,
    /// ReadFile
    Read,
    /// WriteFile
    Write,
}

/// A call to be made with the first `len` bytes of `memory`.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) call: Call,
    pub(super) memory: Vec<u8>,
    pub(super) len: u32,
}

/// A call that has ended.
#[derive(Debug, Default)]
pub(super) struct Landed {
    /// The memory of the request.
    pub(super) memory: Vec<u8>,
    /// The length that was asked for.
    pub(super) asked: usize,
    /// Bytes read or written; never more than that.
    pub(super) moved: usize,
    /// The system's error, or ERROR_SUCCESS.
    pub(super) error: u32,
}

/// Where an operation stands. The memory of a Flying one stays where it is
/// until the call has ended.
enum Phase {
    Idle,
    Flying(Flying),
    Landed(Landed),
}

/// A call that the system has: the OVERLAPPED, and what `memory` points to.
struct Flying {
    memory: Vec<u8>,
    asked: usize,
    waker: Option<Waker>,
}

impl Flying {
    /// The call has ended.
    fn land(&mut self, moved: u32, error: u32) -> Landed {
        let memory = std::mem::take(&mut self.memory);
        Landed { memory, asked: self.asked, moved: (moved as usize).min(self.asked), error }
    }
}

/// What the system and the port's thread see of a [`Flight`].
#[repr(C)]
pub(super) struct Operation {
    /// First, so that a pointer to it is one to the operation.
    overlapped: UnsafeCell<OVERLAPPED>,
    phase: Mutex<Phase>,
    handle: Arc<PipeHandle>,
}

// SAFETY: OVERLAPPED is plain memory; its pointers are the system's and name
// nothing of a thread.
unsafe impl Send for Operation {}
// SAFETY: the cell is touched by its one Flight while nothing is in flight, by
// the system while something is, and by the port's thread between the packet
// and the phase's change to Landed, which the phase's lock orders.
unsafe impl Sync for Operation {}

impl Operation {
    /// Stores how the call ended whose packet came. Gives the reference that
    /// was kept for the packet, and who waits for the result.
    ///
    /// # Safety
    /// `overlapped` must be that of an operation in flight whose packet has
    /// been taken from the port just now.
    pub(super) unsafe fn land(overlapped: *mut OVERLAPPED) -> (Arc<Self>, Option<Waker>) {
        // SAFETY: `Flight::launch` made this pointer by Arc::into_raw, the
        // OVERLAPPED being at offset 0; and a call has one packet.
        let operation = unsafe { Arc::from_raw(overlapped.cast::<Self>().cast_const()) };
        // SAFETY: the packet says that the call has ended, and none can begin
        // before the phase is no longer Flying.
        let (moved, error) = unsafe { operation.result() };
        let mut waker = None;
        {
            let mut phase = operation.lock();
            if let Phase::Flying(flying) = &mut *phase {
                waker = flying.waker.take();
                *phase = Phase::Landed(flying.land(moved, error));
            }
        }
        (operation, waker)
    }

    /// Bytes moved, and the error, of a call that has ended.
    ///
    /// # Safety
    /// A call has been made, it has ended, and no other can begin meanwhile.
    unsafe fn result(&self) -> (u32, u32) {
        let mut moved = 0;
        let overlapped = self.overlapped.get();
        // SAFETY: both pointers are live; by the caller's promise nobody
        // writes to the OVERLAPPED now; FALSE asks not to wait.
        unsafe {
            match GetOverlappedResult(self.handle.raw(), overlapped, &raw mut moved, FALSE) {
                FALSE => (moved, GetLastError()),
                _ => (moved, ERROR_SUCCESS),
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Phase> {
        // Nothing inside the lock panics half-way.
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

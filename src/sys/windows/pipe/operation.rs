//! One overlapped call at a time, with all that the system needs until it ends.
//!
//! An operation's OVERLAPPED and memory belong to the system from the call to
//! the packet. Until then the port's thread owns one reference of it, so that
//! nothing is freed, and no handle closed, while the system may still write;
//! whoever drops the other reference only asks for the call to be called off.

use std::cell::UnsafeCell;
use std::fmt;
use std::ptr::null_mut;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use windows_sys::Win32::Foundation::{
    ERROR_IO_PENDING, ERROR_MORE_DATA, ERROR_SUCCESS, FALSE, GetLastError, HANDLE,
};
use windows_sys::Win32::Storage::FileSystem::{ReadFile, WriteFile};
use windows_sys::Win32::System::IO::{CancelIoEx, GetOverlappedResult, OVERLAPPED};
use windows_sys::Win32::System::Pipes::ConnectNamedPipe;

use super::handle::PipeHandle;

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

/// Where an operation stands.
enum Phase {
    Idle,
    /// The system has the OVERLAPPED and what `memory` points to.
    Flying {
        memory: Vec<u8>,
        asked: usize,
        waker: Option<Waker>,
    },
    Landed(Landed),
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
    /// The operation whose packet came, with the reference that was kept for it.
    ///
    /// # Safety
    /// `overlapped` must be that of an operation in flight whose packet has
    /// been taken from the port just now.
    pub(super) unsafe fn of_packet(overlapped: *mut OVERLAPPED) -> Arc<Self> {
        // SAFETY: `launch` made this pointer by Arc::into_raw, the OVERLAPPED
        // being at offset 0, and a call has one packet.
        unsafe { Arc::from_raw(overlapped.cast::<Self>().cast_const()) }
    }

    /// Stores how the call ended; gives who waits for it. Only for an operation
    /// whose packet has come.
    pub(super) fn land(&self) -> Option<Waker> {
        let mut moved = 0;
        // SAFETY: both pointers are live; the packet has come, so the system
        // is done with the OVERLAPPED, and FALSE asks not to wait.
        let ok = unsafe {
            let overlapped = self.overlapped.get();
            GetOverlappedResult(self.raw_handle(), overlapped, &raw mut moved, FALSE)
        };
        // SAFETY: takes nothing.
        let error = if ok == FALSE { unsafe { GetLastError() } } else { ERROR_SUCCESS };
        let mut phase = self.lock();
        let Phase::Flying { memory, asked, waker } = &mut *phase else { return None };
        let waker = waker.take();
        let memory = std::mem::take(memory);
        let moved = (moved as usize).min(*asked);
        *phase = Phase::Landed(Landed { memory, asked: *asked, moved, error });
        waker
    }

    fn lock(&self) -> MutexGuard<'_, Phase> {
        // Nothing inside the lock panics half-way.
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn raw_handle(&self) -> HANDLE {
        self.handle.raw()
    }
}

/// An operation's owner: begins calls, one after the other, and takes their
/// results. Dropped while one is in flight, it calls off that one alone.
pub(super) struct Flight(Arc<Operation>);

impl Flight {
    /// Allocates; no later call does.
    pub(super) fn new(handle: &Arc<PipeHandle>) -> Self {
        Self(Arc::new(Operation {
            overlapped: UnsafeCell::new(OVERLAPPED::default()),
            phase: Mutex::new(Phase::Idle),
            handle: Arc::clone(handle),
        }))
    }

    /// Whether nothing is in flight and no result waits to be taken.
    pub(super) fn is_idle(&self) -> bool {
        matches!(*self.0.lock(), Phase::Idle)
    }

    /// Whether a call has ended whose result nobody has taken.
    pub(super) fn has_landed(&self) -> bool {
        matches!(*self.0.lock(), Phase::Landed(_))
    }

    /// Takes the result of the call that is in flight. If none is, begins the
    /// one that `begin` describes.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        begin: impl FnOnce(&PipeHandle) -> Request,
    ) -> Poll<Landed> {
        let mut phase = self.0.lock();
        match &mut *phase {
            Phase::Idle => {
                drop(phase);
                self.launch(begin(&self.0.handle), cx.waker().clone())
            }
            Phase::Flying { waker, .. } => {
                let stale = match waker {
                    Some(waker) if waker.will_wake(cx.waker()) => None,
                    _ => waker.replace(cx.waker().clone()),
                };
                drop(phase);
                drop(stale);
                Poll::Pending
            }
            Phase::Landed(landed) => {
                let landed = std::mem::take(landed);
                *phase = Phase::Idle;
                Poll::Ready(landed)
            }
        }
    }

    /// Begins a call. Ready when it failed at once: then no packet comes.
    ///
    /// # Panics
    /// If the request is longer than its memory.
    fn launch(&mut self, request: Request, waker: Waker) -> Poll<Landed> {
        let Request { call, mut memory, len } = request;
        let asked = len as usize;
        assert!(asked <= memory.len(), "an overlapped call beyond its memory");
        let bytes = memory.as_mut_ptr();
        *self.0.lock() = Phase::Flying { memory, asked, waker: Some(waker) };
        let kept = Arc::into_raw(Arc::clone(&self.0));
        // SAFETY: nothing is in flight (`poll` saw Idle, and `&mut self` keeps
        // others out), so the OVERLAPPED is ours to set. It and the `len` bytes
        // at `bytes`, which are the heap memory of the phase's vector and so do
        // not move with it, live until the packet: `kept` holds the operation,
        // and nobody takes the memory out of a Flying phase but `land`.
        let error = unsafe { issue(call, self.0.raw_handle(), bytes, len, kept) };
        // All but errors queue a packet, "more data" too, which is a warning.
        if matches!(error, ERROR_SUCCESS | ERROR_IO_PENDING | ERROR_MORE_DATA) {
            return Poll::Pending;
        }
        // SAFETY: the call failed, so no packet will bring this reference back.
        drop(unsafe { Arc::from_raw(kept) });
        let mut phase = self.0.lock();
        match std::mem::replace(&mut *phase, Phase::Idle) {
            Phase::Flying { memory, .. } => Poll::Ready(Landed { memory, asked, moved: 0, error }),
            Phase::Idle | Phase::Landed(_) => Poll::Ready(Landed { error, ..Landed::default() }),
        }
    }
}

/// Makes the call; says GetLastError.
///
/// # Safety
/// Nothing may be in flight on `operation`, and it and the `len` bytes at
/// `bytes` must stay until the packet comes, if one will.
unsafe fn issue(
    call: Call,
    handle: HANDLE,
    bytes: *mut u8,
    len: u32,
    operation: *const Operation,
) -> u32 {
    let overlapped = operation.cast::<OVERLAPPED>().cast_mut();
    // SAFETY: the caller's promise; `overlapped` is the operation's first
    // field, in a cell; the handle is open as long as the operation is.
    unsafe {
        overlapped.write(OVERLAPPED::default());
        let ok = match call {
            Call::Connect => ConnectNamedPipe(handle, overlapped),
            Call::Read => ReadFile(handle, bytes, len, null_mut(), overlapped),
            Call::Write => WriteFile(handle, bytes, len, null_mut(), overlapped),
        };
        if ok == FALSE { GetLastError() } else { ERROR_SUCCESS }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        let (flying, waker) = match &mut *self.0.lock() {
            Phase::Flying { waker, .. } => (true, waker.take()),
            Phase::Idle | Phase::Landed(_) => (false, None),
        };
        drop(waker);
        if flying {
            // SAFETY: our reference keeps both the handle and the OVERLAPPED,
            // also if the call has ended meanwhile and there is nothing to
            // cancel. A failure means just that.
            unsafe { CancelIoEx(self.0.raw_handle(), self.0.overlapped.get()) };
        }
    }
}

impl fmt::Debug for Flight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phase = match &*self.0.lock() {
            Phase::Idle => "idle",
            Phase::Flying { .. } => "flying",
            Phase::Landed(_) => "landed",
        };
        f.debug_tuple("Flight").field(&phase).finish()
    }
}

//! An operation's owner: who begins calls and takes their results.

use std::cell::UnsafeCell;
use std::fmt;
use std::ptr::null_mut;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use windows_sys::Win32::Foundation::{
    ERROR_IO_PENDING, ERROR_MORE_DATA, ERROR_SUCCESS, FALSE, GetLastError, HANDLE,
};
use windows_sys::Win32::Storage::FileSystem::{ReadFile, WriteFile};
use windows_sys::Win32::System::IO::{CancelIoEx, OVERLAPPED};
use windows_sys::Win32::System::Pipes::ConnectNamedPipe;

use super::{Call, Flying, Landed, Operation, Phase, Request};
use crate::sys::windows::pipe::handle::PipeHandle;

/// Makes calls, one after the other. Dropped while one is in flight, it calls
/// off that one alone.
pub(in super::super) struct Flight(Arc<Operation>);

impl Flight {
    /// Allocates; no later call does.
    pub(in super::super) fn new(handle: &Arc<PipeHandle>) -> Self {
        Self(Arc::new(Operation {
            overlapped: UnsafeCell::new(OVERLAPPED::default()),
            phase: Mutex::new(Phase::Idle),
            handle: Arc::clone(handle),
        }))
    }

    /// Whether nothing is in flight and no result waits to be taken.
    pub(in super::super) fn is_idle(&self) -> bool {
        matches!(*self.0.lock(), Phase::Idle)
    }

    /// Whether a call has ended whose result nobody has taken.
    pub(in super::super) fn has_landed(&self) -> bool {
        matches!(*self.0.lock(), Phase::Landed(_))
    }

    /// Takes the result of the call that is in flight. If none is, begins the
    /// one that `begin` describes.
    pub(in super::super) fn poll(
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
            Phase::Flying(Flying { waker, .. }) => {
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

    /// Asks that the call in flight end. How it ended is told as ever: with
    /// ERROR_OPERATION_ABORTED and nothing moved, or as if nobody had asked.
    pub(in super::super) fn call_off(&self) {
        // SAFETY: our reference keeps both the handle and the OVERLAPPED, also
        // if the call has ended meanwhile, or none was made, and there is
        // nothing to cancel. A failure means just that.
        unsafe { CancelIoEx(self.0.handle.raw(), self.0.overlapped.get()) };
    }

    /// Begins a call. Ready when it ended at once; then no packet comes.
    ///
    /// # Panics
    /// If the request is longer than its memory.
    fn launch(&mut self, request: Request, waker: Waker) -> Poll<Landed> {
        let Request { call, mut memory, len } = request;
        let asked = len as usize;
        assert!(asked <= memory.len(), "an overlapped call beyond its memory");
        let bytes = memory.as_mut_ptr();
        *self.0.lock() = Phase::Flying(Flying { memory, asked, waker: Some(waker) });
        let kept = Arc::into_raw(Arc::clone(&self.0));
        // SAFETY: nothing is in flight (`poll` saw Idle, and `&mut self` keeps
        // others out), so the OVERLAPPED is ours to set. It and the `len` bytes
        // at `bytes`, which are the heap memory of the phase's vector and so do
        // not move with it, live until the packet: `kept` holds the operation,
        // and nobody takes the memory out of a Flying phase before that.
        let error = unsafe { issue(call, self.0.handle.raw(), bytes, len, kept) };
        let unskipped = !self.0.handle.skips() && matches!(error, ERROR_SUCCESS | ERROR_MORE_DATA);
        if error == ERROR_IO_PENDING || unskipped {
            return Poll::Pending;
        }
        // SAFETY: no packet will bring this reference back: `port::register`.
        drop(unsafe { Arc::from_raw(kept) });
        let moved = match error {
            // SAFETY: the call has just ended, and the next is ours to begin.
            ERROR_SUCCESS | ERROR_MORE_DATA => unsafe { self.0.result().0 },
            _ => 0,
        };
        match std::mem::replace(&mut *self.0.lock(), Phase::Idle) {
            Phase::Flying(mut flying) => Poll::Ready(flying.land(moved, error)),
            // Not to be: only a packet changes a Flying phase.
            Phase::Idle => Poll::Ready(Landed { error, ..Landed::default() }),
            Phase::Landed(landed) => Poll::Ready(landed),
        }
    }
}

/// Makes the call; says what it said: ERROR_SUCCESS or GetLastError.
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
            Phase::Flying(Flying { waker, .. }) => (true, waker.take()),
            Phase::Idle | Phase::Landed(_) => (false, None),
        };
        drop(waker);
        if flying {
            self.call_off();
        }
    }
}

impl fmt::Debug for Flight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phase = match &*self.0.lock() {
            Phase::Idle => "idle",
            Phase::Flying(_) => "flying",
            Phase::Landed(_) => "landed",
        };
        f.debug_tuple("Flight").field(&phase).finish()
    }
}

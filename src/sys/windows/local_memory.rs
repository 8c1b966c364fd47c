//! Memory that the system allocated for us and LocalFree takes back.

use std::ffi::c_void;

use windows_sys::Win32::Foundation::LocalFree;

/// Frees what it holds when it is dropped.
pub(super) struct LocalMemory(*mut c_void);

impl LocalMemory {
    /// Takes charge of `memory`.
    ///
    /// # Safety
    /// `memory` is null, or came from LocalAlloc (or a call whose result is to
    /// be given to LocalFree) and nobody else frees it.
    pub unsafe fn new(memory: *mut c_void) -> Self {
        Self(memory)
    }

    /// Where it lies; valid as long as `self` is.
    pub fn as_ptr(&self) -> *mut c_void {
        self.0
    }
}

impl Drop for LocalMemory {
    fn drop(&mut self) {
        // SAFETY: `new` was promised that this is ours to free, and it happens
        // once. LocalFree takes null.
        unsafe { LocalFree(self.0) };
    }
}

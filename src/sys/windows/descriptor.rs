//! Security descriptors: who may open a pipe, as the system keeps it.
//!
//! Made from SDDL and read back as SDDL. What stands in one is decided above;
//! in here it is only carried over.

use std::ffi::c_void;
use std::io;
use std::os::windows::io::{AsRawHandle, BorrowedHandle};
use std::ptr;

use windows_sys::Win32::Foundation::{ERROR_SUCCESS, WIN32_ERROR};
use windows_sys::Win32::Security::Authorization::{
    ConvertSecurityDescriptorToStringSecurityDescriptorW,
    ConvertStringSecurityDescriptorToSecurityDescriptorW, GetSecurityInfo, SDDL_REVISION_1,
    SE_KERNEL_OBJECT,
};
use windows_sys::Win32::Security::{
    DACL_SECURITY_INFORMATION, GROUP_SECURITY_INFORMATION, LABEL_SECURITY_INFORMATION,
    OBJECT_SECURITY_INFORMATION, OWNER_SECURITY_INFORMATION, SACL_SECURITY_INFORMATION,
};

use super::local_memory::LocalMemory;
use super::sid::Sid;
use super::wide::{narrow, wide};

/// What can be read of a pipe or a folder without a privilege.
pub(super) const READABLE: OBJECT_SECURITY_INFORMATION =
    OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
/// All that SDDL can say.
const ALL: OBJECT_SECURITY_INFORMATION =
    READABLE | SACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION;
/// Longest SDDL that is taken, in bytes. An ACL ends at 64 KiB, and an entry
/// is seldom longer as text than it is in it.
const LONGEST_SDDL: usize = 128 * 1024;

/// A text that the system does not take for a security descriptor.
#[derive(Debug, thiserror::Error)]
#[error("the system takes `{sddl}` for no security descriptor")]
pub struct SddlError {
    /// What was written; its beginning, if it is long.
    pub sddl: String,
    /// What the system says: ERROR_INVALID_ACL for an entry that it cannot
    /// read, ERROR_NONE_MAPPED for an account that it does not know.
    #[source]
    pub source: io::Error,
}

/// A self-relative security descriptor.
#[derive(Debug, Clone)]
pub struct SecurityDescriptor {
    /// In words because the system wants it aligned.
    words: Box<[u32]>,
}

impl SecurityDescriptor {
    /// Has the system read `sddl`.
    /// <https://learn.microsoft.com/windows/win32/secauthz/security-descriptor-string-format>
    ///
    /// # Errors
    /// [`SddlError`] with the system's reason.
    pub fn from_sddl(sddl: &str) -> Result<Self, SddlError> {
        Self::read(sddl).map_err(|source| {
            let sddl = sddl.chars().take(1024).collect();
            SddlError { sddl, source }
        })
    }

    fn read(sddl: &str) -> io::Result<Self> {
        if sddl.len() > LONGEST_SDDL {
            let problem = format!("it is longer than {LONGEST_SDDL} bytes");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
        }
        let text = wide(sddl)?;
        let mut made = ptr::null_mut();
        let mut size = 0;
        // SAFETY: `text` ends in a NUL; the other two are live locals.
        let good = unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                text.as_ptr(),
                SDDL_REVISION_1,
                &raw mut made,
                &raw mut size,
            )
        };
        if good == 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the result of this call is to be freed by LocalFree.
        let made = unsafe { LocalMemory::new(made) };
        // SAFETY: the call says that `size` bytes lie there, and `made` keeps
        // them until the copy is taken. A self-relative descriptor holds
        // offsets and no pointers, so it can be moved.
        let bytes =
            unsafe { std::slice::from_raw_parts(made.as_ptr().cast::<u8>(), size as usize) };
        let mut words = vec![0; bytes.len().div_ceil(4)];
        for (word, chunk) in words.iter_mut().zip(bytes.chunks(4)) {
            let mut whole = [0; 4];
            whole[..chunk.len()].copy_from_slice(chunk);
            *word = u32::from_ne_bytes(whole);
        }
        Ok(Self { words: words.into_boxed_slice() })
    }

    /// The pointer that the system's calls take; they only read through it.
    /// Valid for as long as `self` is borrowed.
    pub(super) fn as_ptr(&self) -> *mut c_void {
        self.words.as_ptr().cast_mut().cast()
    }

    /// The descriptor in SDDL, as the system writes it: it has abbreviations
    /// (`BA`) and an order of its own.
    ///
    /// # Errors
    /// What the system says.
    pub fn to_sddl(&self) -> io::Result<String> {
        // SAFETY: `self` holds a whole descriptor and outlives the call.
        unsafe { sddl_of(self.as_ptr(), ALL) }
    }
}

/// Owner, group and DACL of a pipe, in SDDL. The handle needs READ_CONTROL.
/// <https://learn.microsoft.com/windows/win32/api/aclapi/nf-aclapi-getsecurityinfo>
///
/// # Errors
/// What the system says.
pub fn of_pipe(pipe: BorrowedHandle<'_>) -> io::Result<String> {
    let (descriptor, _) = security_info(pipe, READABLE)?;
    // SAFETY: GetSecurityInfo made it, and `descriptor` keeps it.
    unsafe { sddl_of(descriptor.as_ptr(), READABLE) }
}

/// Who owns the pipe object: whoever made its first instance, or what that
/// one's token names as the owner of new objects. For SYSTEM and for elevated
/// administrators that is BUILTIN\Administrators. `None` if it has no owner,
/// which Windows does not leave so, but Wine. The handle needs READ_CONTROL.
///
/// # Errors
/// What the system says.
pub fn owner_of(pipe: BorrowedHandle<'_>) -> io::Result<Option<Sid>> {
    let (_descriptor, owner) = security_info(pipe, OWNER_SECURITY_INFORMATION)?;
    if owner.is_null() {
        return Ok(None);
    }
    // SAFETY: a SID inside the descriptor, which is still held.
    unsafe { Sid::copy_from(owner) }.map(Some)
}

/// The descriptor, and the owner that lies in it, if it was asked for.
fn security_info(
    pipe: BorrowedHandle<'_>,
    what: OBJECT_SECURITY_INFORMATION,
) -> io::Result<(LocalMemory, *mut c_void)> {
    let mut owner = ptr::null_mut();
    let mut descriptor = ptr::null_mut();
    // SAFETY: the handle is open for as long as it is borrowed; the results
    // go to live locals, and null stands for those that nobody wants.
    let code = unsafe {
        GetSecurityInfo(
            pipe.as_raw_handle(),
            SE_KERNEL_OBJECT,
            what,
            &raw mut owner,
            ptr::null_mut(),
            ptr::null_mut(),
            ptr::null_mut(),
            &raw mut descriptor,
        )
    };
    checked(code)?;
    // SAFETY: the descriptor of this call is to be freed by LocalFree.
    Ok((unsafe { LocalMemory::new(descriptor) }, owner))
}

/// What a call says that gives its error and does not set it.
pub(super) fn checked(code: WIN32_ERROR) -> io::Result<()> {
    if code == ERROR_SUCCESS {
        Ok(())
    } else {
        Err(io::Error::from_raw_os_error(code.cast_signed()))
    }
}

/// # Safety
/// `descriptor` points to a whole security descriptor.
pub(super) unsafe fn sddl_of(
    descriptor: *mut c_void,
    what: OBJECT_SECURITY_INFORMATION,
) -> io::Result<String> {
    let mut text = ptr::null_mut();
    let mut length = 0;
    // SAFETY: the caller vouches for the descriptor; the rest are live locals.
    let good = unsafe {
        ConvertSecurityDescriptorToStringSecurityDescriptorW(
            descriptor,
            SDDL_REVISION_1,
            what,
            &raw mut text,
            &raw mut length,
        )
    };
    if good == 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the text of this call is to be freed by LocalFree.
    let memory = unsafe { LocalMemory::new(text.cast()) };
    // SAFETY: `length` units lie there, and `memory` keeps them.
    let units =
        unsafe { std::slice::from_raw_parts(memory.as_ptr().cast::<u16>(), length as usize) };
    Ok(narrow(units))
}

#[cfg(test)]
mod tests;

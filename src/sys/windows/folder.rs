//! Folders with a security descriptor: made with one, asked for it, given
//! another. What stands in it is decided above.

use std::io;
use std::path::Path;
use std::ptr;

use windows_sys::Win32::Security::Authorization::{
    GetNamedSecurityInfoW, SE_FILE_OBJECT, SetNamedSecurityInfoW,
};
use windows_sys::Win32::Security::{
    ACL, DACL_SECURITY_INFORMATION, GetSecurityDescriptorDacl, PROTECTED_DACL_SECURITY_INFORMATION,
    SECURITY_ATTRIBUTES,
};
use windows_sys::Win32::Storage::FileSystem::CreateDirectoryW;

use super::descriptor::{READABLE, SecurityDescriptor, checked, sddl_of};
use super::local_memory::LocalMemory;
use super::wide::wide;

/// Makes a folder that bears the descriptor from its first moment on.
/// <https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-createdirectoryw>
///
/// # Errors
/// What the system says: ERROR_ALREADY_EXISTS if it is there.
pub fn create(path: &Path, descriptor: &SecurityDescriptor) -> io::Result<()> {
    let path = wide(path)?;
    let attributes = SECURITY_ATTRIBUTES {
        nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
        lpSecurityDescriptor: descriptor.as_ptr(),
        bInheritHandle: 0,
    };
    // SAFETY: the path ends in a NUL, and the attributes point to a whole
    // descriptor that outlives the call.
    let good = unsafe { CreateDirectoryW(path.as_ptr(), &raw const attributes) };
    if good == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Owner, group and DACL in SDDL.
/// <https://learn.microsoft.com/windows/win32/api/aclapi/nf-aclapi-getnamedsecurityinfow>
///
/// # Errors
/// What the system says.
pub fn sddl(path: &Path) -> io::Result<String> {
    let path = wide(path)?;
    let mut descriptor = ptr::null_mut();
    // SAFETY: the path ends in a NUL; the result goes to a live local, and null
    // stands for those that nobody wants.
    let code = unsafe {
        GetNamedSecurityInfoW(
            path.as_ptr(),
            SE_FILE_OBJECT,
            READABLE,
            ptr::null_mut(),
            ptr::null_mut(),
            ptr::null_mut(),
            ptr::null_mut(),
            &raw mut descriptor,
        )
    };
    checked(code)?;
    // SAFETY: the descriptor of this call is to be freed by LocalFree.
    let descriptor = unsafe { LocalMemory::new(descriptor) };
    // SAFETY: the system made it, and `descriptor` keeps it.
    unsafe { sddl_of(descriptor.as_ptr(), READABLE) }
}

/// Gives the folder the descriptor's DACL, protected from what stands above
/// it, and hands that on to what lies in it.
/// <https://learn.microsoft.com/windows/win32/api/aclapi/nf-aclapi-setnamedsecurityinfow>
///
/// # Errors
/// What the system says; [`io::ErrorKind::InvalidInput`] for a descriptor
/// without a DACL, which would let everybody in.
pub fn set_dacl(path: &Path, descriptor: &SecurityDescriptor) -> io::Result<()> {
    let path = wide(path)?;
    let dacl = dacl_of(descriptor)?;
    // SAFETY: the path ends in a NUL; the ACL lies in `descriptor`, which
    // outlives the call.
    let code = unsafe {
        SetNamedSecurityInfoW(
            path.as_ptr(),
            SE_FILE_OBJECT,
            DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION,
            ptr::null_mut(),
            ptr::null_mut(),
            dacl,
            ptr::null(),
        )
    };
    checked(code)
}

/// The ACL inside the descriptor; valid as long as that is.
fn dacl_of(descriptor: &SecurityDescriptor) -> io::Result<*const ACL> {
    let (mut present, mut defaulted) = (0, 0);
    let mut dacl: *mut ACL = ptr::null_mut();
    // SAFETY: a whole descriptor; the rest are live locals.
    let good = unsafe {
        GetSecurityDescriptorDacl(
            descriptor.as_ptr(),
            &raw mut present,
            &raw mut dacl,
            &raw mut defaulted,
        )
    };
    if good == 0 {
        return Err(io::Error::last_os_error());
    }
    if present == 0 || dacl.is_null() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a descriptor without a DACL"));
    }
    Ok(dacl)
}

#[cfg(test)]
mod tests;

//! SIDs by account name, and account names by SID.
//!
//! Both ask the machine's account database and, where the machine is in a
//! domain, a domain controller: they may take seconds. They are for startup
//! and for threads that may block, never for a connection's own way.

use std::ffi::c_void;
use std::io;
use std::ptr;

use windows_sys::Win32::Foundation::{ERROR_INVALID_SID, ERROR_NONE_MAPPED};
use windows_sys::Win32::Security::Authorization::ConvertStringSidToSidW;
use windows_sys::Win32::Security::{
    GetLengthSid, IsValidSid, LookupAccountNameW, LookupAccountSidW, SID_NAME_USE, SidTypeAlias,
    SidTypeComputer, SidTypeGroup, SidTypeLogonSession, SidTypeUser, SidTypeWellKnownGroup,
};

use super::local_memory::LocalMemory;
use super::wide::{narrow, wide};
use crate::sys::sid::MOST_WORDS;
pub use crate::sys::sid::{AccountKind, NoSid, Sid};

/// Longest account or domain name that is read, in UTF-16 units with the NUL:
/// UNLEN is 256, a DNS domain has at most 255. A longer one is the system's
/// ERROR_INSUFFICIENT_BUFFER.
const LONGEST_NAME: usize = 512;

impl Sid {
    /// The pointer that the system's calls take; they only read through it.
    pub(super) fn as_ptr(&self) -> *mut c_void {
        self.words().as_ptr().cast_mut().cast()
    }

    /// Copies a SID that the system handed out.
    ///
    /// # Safety
    /// `sid` is null or points to memory that holds a whole SID if it begins
    /// like one, and that nobody writes to during the call.
    ///
    /// # Errors
    /// ERROR_INVALID_SID.
    pub(super) unsafe fn copy_from(sid: *mut c_void) -> io::Result<Self> {
        let invalid = || io::Error::from_raw_os_error(ERROR_INVALID_SID.cast_signed());
        // SAFETY: the caller vouches for the memory; null is not looked at.
        let valid = !sid.is_null() && unsafe { IsValidSid(sid) } != 0;
        if !valid {
            return Err(invalid());
        }
        // SAFETY: it is a valid SID, so its length is that of the memory which
        // the caller vouches for; the slice ends before this function does.
        let bytes = unsafe {
            let length = GetLengthSid(sid) as usize;
            std::slice::from_raw_parts(sid.cast::<u8>(), length)
        };
        Self::from_bytes(bytes).ok_or_else(invalid)
    }
}

/// The account of this name, and what sort it is: `alice`, `CORP\alice`,
/// `alice@corp.example`, `BUILTIN\Administrators`, `NT SERVICE\name`, in the
/// machine's language or in English. `None` where nobody bears the name.
///
/// Names without a domain are searched for among the well-known ones, then on
/// this machine, then in its domain and in those that it trusts. A service
/// under a virtual account has the name `NT SERVICE\` and its own.
/// <https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-lookupaccountnamew>
///
/// # Errors
/// What the system says, such as that no domain controller answers.
pub fn by_name(name: &str) -> io::Result<Option<(Sid, AccountKind)>> {
    let Ok(name) = wide(name) else { return Ok(None) };
    let mut words = [0u32; MOST_WORDS];
    let mut size = size_of_val(&words) as u32;
    let mut domain = [0u16; LONGEST_NAME];
    let mut domain_len = LONGEST_NAME as u32;
    let mut kind: SID_NAME_USE = 0;
    // SAFETY: `name` ends in a NUL; `words` and `domain` are live, aligned and
    // as large as `size` (bytes) and `domain_len` (units) say.
    let found = unsafe {
        LookupAccountNameW(
            ptr::null(),
            name.as_ptr(),
            words.as_mut_ptr().cast(),
            &raw mut size,
            domain.as_mut_ptr(),
            &raw mut domain_len,
            &raw mut kind,
        )
    };
    if found == 0 {
        return none_mapped();
    }
    // SAFETY: the call filled `words` with a SID; they outlive the copying.
    let sid = unsafe { Sid::copy_from(words.as_mut_ptr().cast()) }?;
    Ok(Some((sid, account_kind(kind))))
}

/// The name of an account: `DOMAIN\user`, or `Everyone` where there is no
/// domain. `None` where nobody is known by this SID (any more).
/// <https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-lookupaccountsidw>
///
/// # Errors
/// What the system says, such as that no domain controller answers.
pub fn name_of(sid: &Sid) -> io::Result<Option<String>> {
    let mut name = [0u16; LONGEST_NAME];
    let mut name_len = LONGEST_NAME as u32;
    let mut domain = [0u16; LONGEST_NAME];
    let mut domain_len = LONGEST_NAME as u32;
    let mut kind: SID_NAME_USE = 0;
    // SAFETY: `sid` is well-formed by its type; both buffers are live and as
    // large, in units, as their lengths say.
    let found = unsafe {
        LookupAccountSidW(
            ptr::null(),
            sid.as_ptr(),
            name.as_mut_ptr(),
            &raw mut name_len,
            domain.as_mut_ptr(),
            &raw mut domain_len,
            &raw mut kind,
        )
    };
    if found == 0 {
        return none_mapped();
    }
    let (name, domain) = (narrow(&name), narrow(&domain));
    Ok(Some(if domain.is_empty() { name } else { format!("{domain}\\{name}") }))
}

/// The SID behind the way that SDDL writes a trustee: `BA`, or a SID.
///
/// # Errors
/// ERROR_INVALID_SID.
pub fn by_sddl(trustee: &str) -> io::Result<Sid> {
    let trustee = wide(trustee)?;
    let mut made = ptr::null_mut();
    // SAFETY: `trustee` ends in a NUL, `made` is a live local.
    if unsafe { ConvertStringSidToSidW(trustee.as_ptr(), &raw mut made) } == 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the result of this call is to be freed by LocalFree.
    let memory = unsafe { LocalMemory::new(made) };
    // SAFETY: it is a SID, and `memory` keeps it until the copy is taken.
    unsafe { Sid::copy_from(memory.as_ptr()) }
}

/// The last error, unless it only says that there is no such account.
fn none_mapped<T>() -> io::Result<Option<T>> {
    let error = io::Error::last_os_error();
    let unknown = error.raw_os_error() == Some(ERROR_NONE_MAPPED.cast_signed());
    if unknown { Ok(None) } else { Err(error) }
}

#[allow(non_upper_case_globals)]
fn account_kind(kind: SID_NAME_USE) -> AccountKind {
    match kind {
        SidTypeUser | SidTypeComputer => AccountKind::User,
        SidTypeGroup | SidTypeAlias => AccountKind::Group,
        SidTypeWellKnownGroup | SidTypeLogonSession => AccountKind::Either,
        _ => AccountKind::Neither,
    }
}

#[cfg(test)]
mod tests;

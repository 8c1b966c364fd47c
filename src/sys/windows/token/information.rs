//! What stands in a token: GetTokenInformation.

use std::ffi::c_void;
use std::io;
use std::os::windows::io::{AsRawHandle, OwnedHandle};
use std::ptr;

use windows_sys::Win32::Foundation::{ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_DATA};
use windows_sys::Win32::Security::{
    GetTokenInformation, SID_AND_ATTRIBUTES, TOKEN_GROUPS, TOKEN_INFORMATION_CLASS, TOKEN_USER,
    TokenGroups, TokenUser,
};
use windows_sys::Win32::System::SystemServices::{SE_GROUP_ENABLED, SE_GROUP_USE_FOR_DENY_ONLY};

use crate::sys::windows::sid::Sid;

/// Where the buffer begins, in bytes: a token with some 100 groups.
const FIRST_BUFFER: usize = 8 * 1024;
/// Where it ends. A token holds about a thousand groups.
const LAST_BUFFER: usize = 1024 * 1024;

/// The token's user.
///
/// # Errors
/// What the system says.
pub(super) fn user(token: &OwnedHandle) -> io::Result<Sid> {
    let buffer = Buffer::read(token, TokenUser)?;
    // SAFETY: the system wrote a TOKEN_USER there (`read` was told which), it
    // is aligned, and `buffer` outlives the reference.
    let user = unsafe { &*buffer.start::<TOKEN_USER>()? };
    // SAFETY: its SID lies in `buffer`, too.
    unsafe { Sid::copy_from(user.User.Sid) }
}

/// The token's groups that are enabled and do not only deny.
///
/// # Errors
/// What the system says.
pub(super) fn enabled_groups(token: &OwnedHandle) -> io::Result<Vec<Sid>> {
    let buffer = Buffer::read(token, TokenGroups)?;
    if buffer.length < size_of::<TOKEN_GROUPS>() {
        // Without groups, some systems write no more than the number 0.
        return Ok(Vec::new());
    }
    let groups = buffer.start::<TOKEN_GROUPS>()?;
    // SAFETY: the system wrote a TOKEN_GROUPS there, it is aligned.
    let (count, first) = unsafe { ((*groups).GroupCount as usize, (&raw const (*groups).Groups)) };
    let room = (buffer.length - std::mem::offset_of!(TOKEN_GROUPS, Groups))
        / size_of::<SID_AND_ATTRIBUTES>();
    if count > room {
        return Err(io::Error::from_raw_os_error(ERROR_INVALID_DATA.cast_signed()));
    }
    // SAFETY: `count` entries follow each other there, as was just checked,
    // and `buffer` outlives the slice.
    let entries = unsafe { std::slice::from_raw_parts(first.cast::<SID_AND_ATTRIBUTES>(), count) };
    let enabled = entries.iter().filter(|entry| lets_in(entry.Attributes));
    // SAFETY: the SIDs of the entries lie in `buffer`, too.
    enabled.map(|entry| unsafe { Sid::copy_from(entry.Sid) }).collect()
}

fn lets_in(attributes: u32) -> bool {
    let deny_only = attributes & SE_GROUP_USE_FOR_DENY_ONLY.cast_unsigned() != 0;
    attributes & SE_GROUP_ENABLED.cast_unsigned() != 0 && !deny_only
}

/// One answer of the system, with all that its pointers lead to.
struct Buffer {
    /// In words as large as a pointer, for alignment.
    words: Vec<u64>,
    /// How many bytes of it were written.
    length: usize,
}

impl Buffer {
    fn read(token: &OwnedHandle, class: TOKEN_INFORMATION_CLASS) -> io::Result<Self> {
        let mut size = FIRST_BUFFER;
        loop {
            let mut words = vec![0u64; size.div_ceil(8)];
            let mut length = 0;
            // SAFETY: the token is open while borrowed; the buffer is live and
            // has the size that is given.
            let good = unsafe {
                GetTokenInformation(
                    token.as_raw_handle(),
                    class,
                    words.as_mut_ptr().cast::<c_void>(),
                    size_of_val(words.as_slice()) as u32,
                    ptr::from_mut(&mut length),
                )
            };
            if good != 0 {
                return Ok(Self { words, length: length as usize });
            }
            let error = io::Error::last_os_error();
            let small = error.raw_os_error() == Some(ERROR_INSUFFICIENT_BUFFER.cast_signed());
            if !small || size >= LAST_BUFFER {
                return Err(error);
            }
            // Between two calls the answer may have grown again.
            size = (length as usize).max(size * 2).min(LAST_BUFFER);
        }
    }

    /// The structure that the answer begins with.
    fn start<T>(&self) -> io::Result<*const T> {
        const { assert!(align_of::<T>() <= align_of::<u64>()) };
        let whole = self.length >= size_of::<T>() && self.length <= self.words.len() * 8;
        let start = self.words.as_ptr().cast::<T>();
        whole.then_some(start).ok_or(io::Error::from_raw_os_error(ERROR_INVALID_DATA.cast_signed()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_lets_in_only_if_it_is_enabled_and_not_for_denying() {
        let (mandatory, owner, integrity) = (1, 8, 0x20);
        let enabled = SE_GROUP_ENABLED.cast_unsigned();
        let deny_only = SE_GROUP_USE_FOR_DENY_ONLY.cast_unsigned();
        assert!(lets_in(enabled) && lets_in(enabled | mandatory | owner));
        for other in [0, mandatory, deny_only, enabled | deny_only, integrity] {
            assert!(!lets_in(other), "{other:#x}");
        }
    }
}

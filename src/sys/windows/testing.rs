//! A pipe and its client, in this process, for tests.
#![allow(clippy::unwrap_used)]

use std::fs::{File, OpenOptions};
use std::os::windows::fs::OpenOptionsExt;
use std::os::windows::io::{FromRawHandle, OwnedHandle};
use std::ptr;

use windows_sys::Win32::Foundation::INVALID_HANDLE_VALUE;
use windows_sys::Win32::Security::SECURITY_ATTRIBUTES;
use windows_sys::Win32::Storage::FileSystem::{
    FILE_FLAG_FIRST_PIPE_INSTANCE, PIPE_ACCESS_DUPLEX, SECURITY_IDENTIFICATION,
};
use windows_sys::Win32::System::Pipes::{CreateNamedPipeW, PIPE_TYPE_BYTE};

use super::descriptor::SecurityDescriptor;
use super::wide::wide;

/// A pipe of which nobody else has the name, and a client that has opened it,
/// and lets itself be identified.
pub(crate) fn pair(name: &str, security: Option<&SecurityDescriptor>) -> (File, File) {
    let path = format!(r"\\.\pipe\pipeferry-test-{}-{name}", std::process::id());
    let server = serve(&path, security);
    (server, open(&path, SECURITY_IDENTIFICATION).unwrap())
}

/// Makes the pipe's first instance.
pub(crate) fn serve(path: &str, security: Option<&SecurityDescriptor>) -> File {
    let path = wide(path).unwrap();
    let attributes = SECURITY_ATTRIBUTES {
        nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
        lpSecurityDescriptor: security.map_or(ptr::null_mut(), SecurityDescriptor::as_ptr),
        bInheritHandle: 0,
    };
    let mode = PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE;
    // SAFETY: the path ends in a NUL; attributes and descriptor are live.
    let handle = unsafe {
        CreateNamedPipeW(
            path.as_ptr(),
            mode,
            PIPE_TYPE_BYTE,
            1,
            4096,
            4096,
            0,
            &raw const attributes,
        )
    };
    assert_ne!(handle, INVALID_HANDLE_VALUE, "{}", std::io::Error::last_os_error());
    // SAFETY: it was just made, and nobody else has it.
    File::from(unsafe { OwnedHandle::from_raw_handle(handle) })
}

/// Opens a pipe as a client does, with this much of itself to be seen.
pub(crate) fn open(path: &str, qos: u32) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).security_qos_flags(qos).open(path)
}

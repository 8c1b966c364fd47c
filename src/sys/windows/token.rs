//! Tokens: the account that a process or a pipe's client runs under.
//!
//! The one proof of who a pipe's client is, is its token, taken by
//! impersonating it. That happens on one thread, without a wait in between,
//! and has ended before anything else is done: names are looked up afterwards,
//! as ourselves, by whoever wants them (`sid::name_of`).

use std::io;
use std::marker::PhantomData;
use std::os::windows::io::{AsRawHandle, BorrowedHandle, FromRawHandle, OwnedHandle};
use std::process::abort;
use std::ptr;

use windows_sys::Win32::Foundation::{ERROR_CANNOT_IMPERSONATE, ERROR_CANT_OPEN_ANONYMOUS, HANDLE};
use windows_sys::Win32::Security::{RevertToSelf, TOKEN_QUERY};
use windows_sys::Win32::System::Pipes::ImpersonateNamedPipeClient;
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, GetCurrentThread, OpenProcess, OpenProcessToken, OpenThreadToken,
    PROCESS_QUERY_LIMITED_INFORMATION,
};

use super::sid::Sid;

mod information;

/// Whom a token is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenIdentity {
    /// The user.
    pub user: Sid,
    /// The groups that are enabled and do not only deny, as `S-1-...`: those
    /// that an ACL can let in.
    pub groups: Box<[String]>,
}

/// Why a token could not be had.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// ERROR_CANNOT_IMPERSONATE: the system shows a client only after
    /// something that it wrote has been read.
    #[error("the client has written nothing yet, and before that the system does not show it")]
    NothingRead,
    /// The client opened the pipe so that we may not see who it is
    /// (SECURITY_ANONYMOUS).
    #[error("the client does not let us see who it is: it opened the pipe as anonymous")]
    Hidden,
    /// Anything else.
    #[error("{call} failed")]
    System {
        /// The call.
        call: &'static str,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

impl TokenError {
    fn last(call: &'static str) -> Self {
        Self::System { call, source: io::Error::last_os_error() }
    }

    /// Gives the errors that say something about the client their names.
    fn of_client(self) -> Self {
        let Self::System { source, .. } = &self else { return self };
        match source.raw_os_error().map(i32::cast_unsigned) {
            Some(ERROR_CANNOT_IMPERSONATE) => Self::NothingRead,
            Some(ERROR_CANT_OPEN_ANONYMOUS) => Self::Hidden,
            _ => self,
        }
    }
}

/// Who is at the other end of a pipe whose server we are. Does not wait.
/// <https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-impersonatenamedpipeclient>
///
/// # Errors
/// [`TokenError`].
pub fn client_of(pipe: BorrowedHandle<'_>) -> Result<TokenIdentity, TokenError> {
    client_token(pipe).map_err(TokenError::of_client).and_then(|token| identity(&token))
}

/// The account of a process. It tells who has the number now, not who had it
/// when a pipe was opened: a process may have gone and another come. Never a
/// reason to let somebody in by itself.
///
/// # Errors
/// [`TokenError::System`]; without rights over it, another account's process
/// does not let itself be asked (ERROR_ACCESS_DENIED).
pub fn by_process(pid: u32) -> Result<TokenIdentity, TokenError> {
    identity(&process_token(pid)?)
}

/// The user that a process runs as, with the doubts of [`by_process`].
///
/// # Errors
/// As [`by_process`].
pub fn process_owner(pid: u32) -> Result<Sid, TokenError> {
    user(&process_token(pid)?)
}

/// Ourselves. The user of a service under a virtual account is
/// `NT SERVICE\` and its name.
///
/// # Errors
/// [`TokenError::System`].
pub fn own() -> Result<TokenIdentity, TokenError> {
    // SAFETY: takes nothing and gives a constant that need not be closed.
    let process = unsafe { GetCurrentProcess() };
    // SAFETY: our own process is there.
    identity(&unsafe { token_of(process) }?)
}

fn identity(token: &OwnedHandle) -> Result<TokenIdentity, TokenError> {
    let groups = information::enabled_groups(token).map_err(unreadable)?;
    let groups = groups.iter().map(Sid::to_string).collect();
    Ok(TokenIdentity { user: user(token)?, groups })
}

fn user(token: &OwnedHandle) -> Result<Sid, TokenError> {
    information::user(token).map_err(unreadable)
}

fn unreadable(source: io::Error) -> TokenError {
    TokenError::System { call: "GetTokenInformation", source }
}

fn client_token(pipe: BorrowedHandle<'_>) -> Result<OwnedHandle, TokenError> {
    let _client = Impersonation::begin(pipe)?;
    let mut token: HANDLE = ptr::null_mut();
    // As ourselves: an identification token may not open even itself.
    let as_self = 1;
    // SAFETY: the thread is the constant for our own; `token` is a live local.
    let opened =
        unsafe { OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, as_self, &raw mut token) };
    if opened == 0 {
        return Err(TokenError::last("OpenThreadToken"));
    }
    // SAFETY: it was just opened, and nobody else has it.
    Ok(unsafe { OwnedHandle::from_raw_handle(token) })
}

fn process_token(pid: u32) -> Result<OwnedHandle, TokenError> {
    // SAFETY: takes and gives values only.
    let process = unsafe { OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, pid) };
    if process.is_null() {
        return Err(TokenError::last("OpenProcess"));
    }
    // SAFETY: it was just opened, and nobody else has it.
    let process = unsafe { OwnedHandle::from_raw_handle(process) };
    // SAFETY: `process` is open until the end of this function.
    unsafe { token_of(process.as_raw_handle()) }
}

/// # Safety
/// `process` is the handle of a process.
unsafe fn token_of(process: HANDLE) -> Result<OwnedHandle, TokenError> {
    let mut token: HANDLE = ptr::null_mut();
    // SAFETY: the caller vouches for the process; `token` is a live local.
    if unsafe { OpenProcessToken(process, TOKEN_QUERY, &raw mut token) } == 0 {
        return Err(TokenError::last("OpenProcessToken"));
    }
    // SAFETY: it was just opened, and nobody else has it.
    Ok(unsafe { OwnedHandle::from_raw_handle(token) })
}

/// While it lives, this thread acts as the pipe's client. It cannot leave the
/// thread.
struct Impersonation(PhantomData<*const ()>);

impl Impersonation {
    fn begin(pipe: BorrowedHandle<'_>) -> Result<Self, TokenError> {
        // SAFETY: the handle is open for as long as it is borrowed.
        if unsafe { ImpersonateNamedPipeClient(pipe.as_raw_handle()) } == 0 {
            return Err(TokenError::last("ImpersonateNamedPipeClient"));
        }
        Ok(Self(PhantomData))
    }
}

impl Drop for Impersonation {
    fn drop(&mut self) {
        // SAFETY: takes nothing; this thread impersonates.
        if unsafe { RevertToSelf() } == 0 {
            // Whatever this thread did from here on, it would do in a
            // client's name. Microsoft's page asks for the same.
            abort();
        }
    }
}

#[cfg(test)]
mod tests;

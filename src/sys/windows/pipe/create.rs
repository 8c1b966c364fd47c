//! The server's end: an instance of a pipe, and the client that comes to it.

use std::io;
use std::os::windows::io::{FromRawHandle, OwnedHandle};
use std::ptr::null;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use windows_sys::Win32::Foundation::{
    ERROR_NO_DATA, ERROR_PIPE_CONNECTED, ERROR_SUCCESS, FALSE, INVALID_HANDLE_VALUE,
};
use windows_sys::Win32::Security::SECURITY_ATTRIBUTES;
use windows_sys::Win32::Storage::FileSystem::{
    FILE_FLAG_FIRST_PIPE_INSTANCE, FILE_FLAG_OVERLAPPED, FILE_FLAG_WRITE_THROUGH,
    PIPE_ACCESS_DUPLEX, PIPE_ACCESS_INBOUND, PIPE_ACCESS_OUTBOUND, WRITE_DAC, WRITE_OWNER,
};
use windows_sys::Win32::System::Pipes::{
    CreateNamedPipeW, PIPE_ACCEPT_REMOTE_CLIENTS, PIPE_READMODE_BYTE, PIPE_READMODE_MESSAGE,
    PIPE_REJECT_REMOTE_CLIENTS, PIPE_TYPE_BYTE, PIPE_TYPE_MESSAGE, PIPE_WAIT,
};

use super::handle::{PipeHandle, PipeInfo, Tickets};
use super::operation::{Call, Flight, Request};
use super::{Access, Pipe, system_error};
use crate::sys::windows::descriptor::SecurityDescriptor;
use crate::sys::windows::wide::wide;

/// PIPE_UNLIMITED_INSTANCES
pub const UNLIMITED_INSTANCES: u8 = 255;
/// winnt.h; its twin for tokens is all that windows-sys has.
const ACCESS_SYSTEM_SECURITY: u32 = 0x0100_0000;
/// The most UTF-16 units of a pipe's name, with `\\.\pipe\`: CreateNamedPipeW.
const LONGEST_NAME: usize = 256;

/// An instance to be made, as CreateNamedPipeW takes it. Type, access and limit
/// must be the same for all instances of a name.
#[derive(Debug, Clone, Copy)]
pub struct CreateOptions<'a> {
    /// `\\.\pipe\NAME`
    pub name: &'a str,
    /// Which way data goes.
    pub access: Access,
    /// PIPE_TYPE_MESSAGE with PIPE_READMODE_MESSAGE, else PIPE_TYPE_BYTE.
    pub message_type: bool,
    /// Fails with 5 if there is one of the name: FILE_FLAG_FIRST_PIPE_INSTANCE.
    pub first_instance: bool,
    /// Lets clients in from other machines, over SMB.
    pub remote: bool,
    /// FILE_FLAG_WRITE_THROUGH
    pub write_through: bool,
    /// The handle may change the DACL.
    pub write_dac: bool,
    /// The handle may change the owner: WRITE_OWNER. In CreateNamedPipeW that is
    /// the same bit as FILE_FLAG_FIRST_PIPE_INSTANCE, so it asks for the first
    /// instance too, and a later one cannot be made with it.
    pub write_owner: bool,
    /// The handle may change the SACL; takes SE_SECURITY_NAME.
    pub access_system_security: bool,
    /// 1 to 254, or [`UNLIMITED_INSTANCES`].
    pub max_instances: u8,
    /// Bytes that the system keeps for us to read; a wish.
    pub in_buffer: u32,
    /// Bytes that it keeps for the client to read; a wish.
    pub out_buffer: u32,
    /// Milliseconds of NMPWAIT_USE_DEFAULT_WAIT; 0 is 50.
    pub default_timeout: u32,
    /// Owner and access lists; without, Everyone may read.
    pub security: Option<&'a SecurityDescriptor>,
}

impl CreateOptions<'_> {
    /// dwOpenMode
    pub(super) fn open_mode(&self) -> u32 {
        let access = match self.access {
            Access::Both => PIPE_ACCESS_DUPLEX,
            Access::Read => PIPE_ACCESS_INBOUND,
            Access::Write => PIPE_ACCESS_OUTBOUND,
        };
        let choices = [
            (self.first_instance, FILE_FLAG_FIRST_PIPE_INSTANCE),
            (self.write_through, FILE_FLAG_WRITE_THROUGH),
            (self.write_dac, WRITE_DAC),
            (self.write_owner, WRITE_OWNER),
            (self.access_system_security, ACCESS_SYSTEM_SECURITY),
        ];
        choices
            .iter()
            .filter(|(chosen, _)| *chosen)
            .fold(access | FILE_FLAG_OVERLAPPED, |mode, (_, flag)| mode | flag)
    }

    /// dwPipeMode
    pub(super) fn pipe_mode(&self) -> u32 {
        let kind = match self.message_type {
            true => PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE,
            false => PIPE_TYPE_BYTE | PIPE_READMODE_BYTE,
        };
        let clients = match self.remote {
            true => PIPE_ACCEPT_REMOTE_CLIENTS,
            false => PIPE_REJECT_REMOTE_CLIENTS,
        };
        kind | clients | PIPE_WAIT
    }
}

/// Makes an instance, to which clients can come from now on.
///
/// # Errors
/// `InvalidInput` for a name that is none; else the system's own: 5 if the name
/// is another's (or is there, for the first instance), 231 if all instances are
/// taken. An instance counts until its client has closed its end too.
pub fn create(options: &CreateOptions<'_>, tickets: Tickets) -> io::Result<Instance> {
    let name = wide(options.name)?;
    if name.len() > LONGEST_NAME + 1 {
        let why = "a pipe's name has at most 256 characters, \\\\.\\pipe\\ among them";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    }
    let attributes = options.security.map(|descriptor| SECURITY_ATTRIBUTES {
        nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
        lpSecurityDescriptor: descriptor.as_ptr(),
        bInheritHandle: FALSE,
    });
    // SAFETY: `name` ends in a NUL; `attributes` and the descriptor that it
    // points to are borrowed through the call, which only reads them.
    let handle = unsafe {
        CreateNamedPipeW(
            name.as_ptr(),
            options.open_mode(),
            options.pipe_mode(),
            u32::from(options.max_instances),
            options.out_buffer,
            options.in_buffer,
            options.default_timeout,
            attributes.as_ref().map_or(null(), std::ptr::from_ref),
        )
    };
    if handle == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: a handle that was just made and that nobody else has.
    let handle = unsafe { OwnedHandle::from_raw_handle(handle) };
    let handle = PipeHandle::new(handle, tickets, true)?;
    let flight = Flight::new(&handle);
    Ok(Instance { handle, flight, connected: false, message_type: options.message_type })
}

/// A pipe's instance that waits for its client.
#[derive(Debug)]
pub struct Instance {
    handle: Arc<PipeHandle>,
    flight: Flight,
    connected: bool,
    message_type: bool,
}

impl Instance {
    /// Ready when a client has come, also if it has left since: what it wrote
    /// can be read. To drop what waits for this loses no client.
    ///
    /// # Errors
    /// The system's own.
    pub fn poll_connect(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let budget = ready!(tokio::task::coop::poll_proceed(cx));
        if !self.connected {
            let landed = ready!(self.flight.poll(cx, |_| Request {
                call: Call::Connect,
                memory: Vec::new(),
                len: 0
            }));
            match landed.error {
                ERROR_SUCCESS | ERROR_PIPE_CONNECTED | ERROR_NO_DATA => self.connected = true,
                code => return Poll::Ready(Err(system_error(code))),
            }
        }
        budget.made_progress();
        Poll::Ready(Ok(()))
    }

    /// Whether a client has come: [`Instance::poll_connect`] would be ready.
    pub fn has_client(&self) -> bool {
        self.connected || self.flight.has_landed()
    }

    /// The pipe to the client that has come. Before [`Instance::poll_connect`]
    /// was ready, reads and writes fail with 536.
    pub fn into_pipe(self) -> Pipe {
        // The one that waited for the client may still be in flight.
        let flight = match self.connected {
            true => self.flight,
            false => Flight::new(&self.handle),
        };
        Pipe::new(self.handle, flight, self.message_type)
    }

    /// How the instance was made.
    ///
    /// # Errors
    /// As [`Pipe::info`].
    pub fn info(&self) -> io::Result<PipeInfo> {
        self.handle.info()
    }

    #[cfg(test)]
    pub(super) fn handle(&self) -> &Arc<PipeHandle> {
        &self.handle
    }
}

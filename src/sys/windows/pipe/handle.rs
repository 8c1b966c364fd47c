//! A pipe's handle: what it is closed with, and the questions it answers.

use std::any::Any;
use std::fmt;
use std::io;
use std::os::windows::io::{AsHandle, AsRawHandle, BorrowedHandle, OwnedHandle};
use std::ptr::{null, null_mut};
use std::sync::Arc;

use windows_sys::Win32::Foundation::{FALSE, HANDLE};
use windows_sys::Win32::System::Pipes::{
    GetNamedPipeClientProcessId, GetNamedPipeHandleStateW, GetNamedPipeInfo,
    GetNamedPipeServerProcessId, PIPE_READMODE_MESSAGE, PIPE_SERVER_END, PIPE_TYPE_MESSAGE,
    PeekNamedPipe, SetNamedPipeHandleState,
};
use windows_sys::core::BOOL;

use super::create::UNLIMITED_INSTANCES;
use super::port;

/// Something that a pipe's handle holds, dropped on any thread: a place among
/// the instances, say.
pub type Ticket = Box<dyn Any + Send + Sync>;

/// What a pipe's handle holds.
#[derive(Default)]
pub struct Tickets {
    /// Dropped when the handle is about to be closed.
    closing: Option<Ticket>,
    /// Dropped when it has really been closed.
    closed: Option<Ticket>,
}

impl Tickets {
    /// Tickets for before and after.
    pub fn new(closing: impl Any + Send + Sync, closed: impl Any + Send + Sync) -> Self {
        Self { closing: Some(Box::new(closing)), closed: Some(Box::new(closed)) }
    }
}

/// How a pipe was made, by GetNamedPipeInfo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PipeInfo {
    /// PIPE_TYPE_MESSAGE rather than PIPE_TYPE_BYTE.
    pub message_type: bool,
    /// Ours is the server's end.
    pub server_end: bool,
    /// Bytes that the system keeps for us to read, as was asked for.
    pub in_buffer: u32,
    /// Bytes that it keeps for the other end to read.
    pub out_buffer: u32,
    /// 1 to 254, or [`super::UNLIMITED_INSTANCES`].
    pub max_instances: u8,
}

/// What can change while a pipe lives, by GetNamedPipeHandleState.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PipeState {
    /// Reads keep to messages.
    pub message_read_mode: bool,
    /// Instances that there are now.
    pub instances: u32,
}

/// What there is to read, by PeekNamedPipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peeked {
    /// Bytes in all.
    pub available: u32,
    /// Bytes of the message that comes next; 0 on a byte-type pipe.
    pub left_in_message: u32,
}

/// An overlapped handle whose packets go to the port.
///
/// Each operation holds one reference, so it is closed after the last packet.
pub(super) struct PipeHandle {
    // In the order in which they are dropped.
    _closing: Option<Ticket>,
    handle: OwnedHandle,
    _closed: Option<Ticket>,
    /// A call that ends at once sends no packet: `port::register`.
    skips: bool,
}

impl PipeHandle {
    /// Takes a pipe's handle that was opened overlapped and used for nothing.
    ///
    /// # Errors
    /// The system's own.
    pub(super) fn new(handle: OwnedHandle, tickets: Tickets, skips: bool) -> io::Result<Arc<Self>> {
        // SAFETY: the handle goes nowhere but into this type, whose overlapped
        // calls are operations; what may borrow it is told not to make any.
        unsafe { port::register(&handle, skips)? };
        let Tickets { closing, closed } = tickets;
        Ok(Arc::new(Self { _closing: closing, handle, _closed: closed, skips }))
    }

    /// Whether a call that ends at once sends no packet.
    pub(super) fn skips(&self) -> bool {
        self.skips
    }

    /// Open as long as this lives.
    pub(super) fn raw(&self) -> HANDLE {
        self.handle.as_raw_handle()
    }

    pub(super) fn info(&self) -> io::Result<PipeInfo> {
        let (mut flags, mut out_buffer, mut in_buffer, mut max_instances) = (0, 0, 0, 0);
        // SAFETY: the pointers are to live locals.
        checked(unsafe {
            GetNamedPipeInfo(
                self.raw(),
                &raw mut flags,
                &raw mut out_buffer,
                &raw mut in_buffer,
                &raw mut max_instances,
            )
        })?;
        Ok(PipeInfo {
            message_type: flags & PIPE_TYPE_MESSAGE != 0,
            server_end: flags & PIPE_SERVER_END != 0,
            in_buffer,
            out_buffer,
            max_instances: u8::try_from(max_instances).unwrap_or(UNLIMITED_INSTANCES),
        })
    }

    pub(super) fn state(&self) -> io::Result<PipeState> {
        let (mut mode, mut instances) = (0, 0);
        // SAFETY: the pointers are to live locals, or null where nothing is
        // asked for.
        checked(unsafe {
            GetNamedPipeHandleStateW(
                self.raw(),
                &raw mut mode,
                &raw mut instances,
                null_mut(),
                null_mut(),
                null_mut(),
                0,
            )
        })?;
        Ok(PipeState { message_read_mode: mode & PIPE_READMODE_MESSAGE != 0, instances })
    }

    pub(super) fn set_message_read_mode(&self) -> io::Result<()> {
        let mode = PIPE_READMODE_MESSAGE;
        // SAFETY: `mode` is a live local; null leaves the rest as it is.
        checked(unsafe { SetNamedPipeHandleState(self.raw(), &raw const mode, null(), null()) })
    }

    pub(super) fn peek(&self) -> io::Result<Peeked> {
        let (mut available, mut left_in_message) = (0, 0);
        // SAFETY: the pointers are to live locals; no bytes are asked for.
        checked(unsafe {
            PeekNamedPipe(
                self.raw(),
                null_mut(),
                0,
                null_mut(),
                &raw mut available,
                &raw mut left_in_message,
            )
        })?;
        Ok(Peeked { available, left_in_message })
    }

    pub(super) fn client_pid(&self) -> io::Result<u32> {
        let mut pid = 0;
        // SAFETY: the pointer is to a live local.
        checked(unsafe { GetNamedPipeClientProcessId(self.raw(), &raw mut pid) })?;
        Ok(pid)
    }

    pub(super) fn server_pid(&self) -> io::Result<u32> {
        let mut pid = 0;
        // SAFETY: the pointer is to a live local.
        checked(unsafe { GetNamedPipeServerProcessId(self.raw(), &raw mut pid) })?;
        Ok(pid)
    }
}

impl AsHandle for PipeHandle {
    fn as_handle(&self) -> BorrowedHandle<'_> {
        self.handle.as_handle()
    }
}

impl fmt::Debug for PipeHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PipeHandle").field(&self.handle).finish()
    }
}

fn checked(ok: BOOL) -> io::Result<()> {
    if ok == FALSE { Err(io::Error::last_os_error()) } else { Ok(()) }
}

//! The process's completion port, and the one thread that empties it.
//!
//! The thread takes packets, stores each result in its operation and wakes who
//! waits for it. It must never block: every pipe would stand still. Even the
//! closing of a handle is another thread's work, for it may wait for a server
//! that the pipe was opened on.

use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};
use std::task::Waker;
use std::time::Duration;

use windows_sys::Win32::Foundation::{FALSE, INVALID_HANDLE_VALUE};
use windows_sys::Win32::Storage::FileSystem::SetFileCompletionNotificationModes;
use windows_sys::Win32::System::IO::{
    CreateIoCompletionPort, GetQueuedCompletionStatusEx, OVERLAPPED_ENTRY,
};
use windows_sys::Win32::System::Threading::INFINITE;

use super::operation::Operation;

/// So many packets are taken by one call.
const BATCH: usize = 64;
/// FILE_SKIP_COMPLETION_PORT_ON_SUCCESS of winbase.h.
const SKIP_ON_SUCCESS: u8 = 1;

static PORT: OnceLock<Arc<OwnedHandle>> = OnceLock::new();

/// Makes the end of every overlapped call on `handle` a packet of the port,
/// unless the call ends at once. The port is made at the first use.
///
/// With `skip` (FILE_SKIP_COMPLETION_PORT_ON_SUCCESS) a packet comes if, and only
/// if, the call said ERROR_IO_PENDING; without, after every call that did not
/// fail. Only for the pipes of this machine: what another file system (SMB) does
/// with "more data" nobody says.
/// For success and errors that is documented.
/// "More data" is neither; it was measured on Windows, by the conformance test
/// of ntdll's pipes that Wine keeps: up to Windows 7 it is returned and not
/// queued, from 8 on it is turned into a pending call and queued. Wine does as 7.
///
/// # Safety
/// Every overlapped call on `handle` must be an [`Operation`]'s.
///
/// # Errors
/// The system's own: no port or no thread to be had, or `handle` is no
/// overlapped one.
pub(super) unsafe fn register(handle: &OwnedHandle, skip: bool) -> io::Result<()> {
    let port = port()?;
    let handle = handle.as_raw_handle();
    // SAFETY: both handles are open while they are borrowed.
    let joined = unsafe { CreateIoCompletionPort(handle, port.as_raw_handle(), 0, 0) };
    if joined.is_null() {
        return Err(io::Error::last_os_error());
    }
    if !skip {
        return Ok(());
    }
    // SAFETY: as above. Never FILE_SKIP_SET_EVENT_ON_HANDLE beside it: calls
    // that are not overlapped (PeekNamedPipe) may wait for that event.
    let ok = unsafe { SetFileCompletionNotificationModes(handle, SKIP_ON_SUCCESS) };
    if ok == FALSE { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn port() -> io::Result<&'static OwnedHandle> {
    static MAKING: Mutex<()> = Mutex::new(());
    if let Some(port) = PORT.get() {
        return Ok(port);
    }
    let _only_one = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(port) = PORT.get() {
        return Ok(port);
    }
    let port = start()?;
    Ok(PORT.get_or_init(|| port))
}

/// Makes the port and its threads.
fn start() -> io::Result<Arc<OwnedHandle>> {
    // SAFETY: takes no pointers; INVALID_HANDLE_VALUE asks for a new port.
    let port = unsafe { CreateIoCompletionPort(INVALID_HANDLE_VALUE, null_mut(), 0, 1) };
    if port.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: a handle that was just made and that nobody else has.
    let port = Arc::new(unsafe { OwnedHandle::from_raw_handle(port) });
    // Holds at most the two operations of each pipe that was just dropped.
    let (over, last) = mpsc::channel::<Operation>();
    let close = move || last.into_iter().for_each(|operation| guarded(|| drop(operation)));
    std::thread::Builder::new().name("pipe-close".to_owned()).spawn(close)?;
    let emptied = Arc::clone(&port);
    let empty = move || empty(&emptied, &over);
    std::thread::Builder::new().name("pipe-io".to_owned()).spawn(empty)?;
    Ok(port)
}

/// Takes packets for as long as the process lives.
fn empty(port: &OwnedHandle, over: &mpsc::Sender<Operation>) {
    let nothing = OVERLAPPED_ENTRY {
        lpCompletionKey: 0,
        lpOverlapped: null_mut(),
        Internal: 0,
        dwNumberOfBytesTransferred: 0,
    };
    let mut packets = [nothing; BATCH];
    loop {
        let Ok(count) = take(port, &mut packets) else {
            // It cannot fail while the port is open; but never spin on it.
            std::thread::sleep(Duration::from_millis(10));
            continue;
        };
        for packet in packets.iter().take(count).filter(|packet| !packet.lpOverlapped.is_null()) {
            // SAFETY: the port's packets are those of operations in flight,
            // by the promise made to `register`; each comes here once.
            let (operation, waker) = unsafe { Operation::land(packet.lpOverlapped) };
            guarded(|| waker.into_iter().for_each(Waker::wake));
            if let Some(operation) = Arc::into_inner(operation) {
                let _ = over.send(operation);
            }
        }
    }
}

/// Runs what may be anybody's code, a waker or a ticket: it must not end a
/// thread that all pipes need.
fn guarded(foreign: impl FnOnce()) {
    let _ = catch_unwind(AssertUnwindSafe(foreign));
}

/// Waits for packets; says how many came.
fn take(port: &OwnedHandle, packets: &mut [OVERLAPPED_ENTRY; BATCH]) -> io::Result<usize> {
    let mut count = 0;
    // SAFETY: `packets` is BATCH entries of exclusively borrowed memory.
    let ok = unsafe {
        GetQueuedCompletionStatusEx(
            port.as_raw_handle(),
            packets.as_mut_ptr(),
            BATCH as u32,
            &raw mut count,
            INFINITE,
            FALSE,
        )
    };
    if ok == FALSE { Err(io::Error::last_os_error()) } else { Ok(count as usize) }
}

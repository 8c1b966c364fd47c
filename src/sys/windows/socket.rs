//! Small questions to a TCP socket that std, tokio and socket2 do not ask.
//!
//! Windows answers them since 10, version 1703, through SIO_TCP_INFO
//! (TCP_INFO_v0). Where it is not known, the answer is an error, and callers
//! go on without it.

use std::io;
use std::net::Shutdown;
use std::os::windows::io::{AsRawSocket, AsSocket};

use windows_sys::Win32::Networking::WinSock::{
    SIO_TCP_INFO, SO_EXCLUSIVEADDRUSE, SOCKET, SOCKET_ERROR, SOL_SOCKET, TCP_INFO_v0,
    TCPSTATE_CLOSED, WSAGetLastError, WSAIoctl, setsockopt,
};

/// Bytes that were sent and are not acknowledged yet, at least 1 if more may
/// wait to be sent; 0 means that a reset can destroy nothing any more. What
/// waits is not told: but nothing waits while nothing is on its way and the
/// peer has room for a segment.
///
/// # Errors
/// Whatever WSAIoctl says: before Windows 10, version 1703, nobody can tell.
pub fn unacknowledged(socket: &impl AsSocket) -> io::Result<usize> {
    let info = tcp_info(socket)?;
    let shut = info.SndWnd < info.Mss;
    Ok((info.BytesInFlight as usize).max(usize::from(shut)))
}

/// How many clients wait to be accepted: the system does not say.
///
/// # Errors
/// Always.
pub fn accept_queue(_listener: &impl AsSocket) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether a TCP connection is over, by a reset or a timeout: nothing that is
/// still in its queues goes anywhere. False where the system does not say.
///
/// # Errors
/// None; as on other systems.
pub fn is_over(socket: &impl AsSocket) -> io::Result<bool> {
    Ok(tcp_info(socket).is_ok_and(|info| info.State == TCPSTATE_CLOSED))
}

/// Tells the peer of a TCP connection that no more will come.
///
/// # Errors
/// `ConnectionReset` for one that is over, which shutdown does not always say
/// here; else whatever it says.
pub fn end(socket: &impl AsSocket) -> io::Result<()> {
    if is_over(socket)? {
        return Err(io::ErrorKind::ConnectionReset.into());
    }
    socket2::SockRef::from(socket).shutdown(Shutdown::Write)
}

/// Lets nobody else bind where this socket will listen. Without it another
/// account's process could take the port over with SO_REUSEADDR
/// ("Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE", Win32).
///
/// # Errors
/// Whatever setsockopt says.
pub fn claim_address(socket: &impl AsSocket) -> io::Result<()> {
    let on: i32 = 1;
    // SAFETY: the pointer is to a live local of the size that is given.
    let rc = unsafe {
        setsockopt(
            raw(socket),
            SOL_SOCKET,
            SO_EXCLUSIVEADDRUSE,
            (&raw const on).cast(),
            size_of::<i32>() as i32,
        )
    };
    if rc == SOCKET_ERROR { Err(last_error()) } else { Ok(()) }
}

fn tcp_info(socket: &impl AsSocket) -> io::Result<TCP_INFO_v0> {
    let version: u32 = 0;
    let mut info = TCP_INFO_v0::default();
    let mut len: u32 = 0;
    // SAFETY: the pointers are to live locals of the sizes that are given; no
    // overlapped call.
    let rc = unsafe {
        WSAIoctl(
            raw(socket),
            SIO_TCP_INFO,
            (&raw const version).cast(),
            size_of::<u32>() as u32,
            (&raw mut info).cast(),
            size_of::<TCP_INFO_v0>() as u32,
            &raw mut len,
            std::ptr::null_mut(),
            None,
        )
    };
    if rc == SOCKET_ERROR { Err(last_error()) } else { Ok(info) }
}

fn raw(socket: &impl AsSocket) -> SOCKET {
    socket.as_socket().as_raw_socket() as SOCKET
}

fn last_error() -> io::Error {
    // SAFETY: takes nothing, gives a number.
    io::Error::from_raw_os_error(unsafe { WSAGetLastError() })
}

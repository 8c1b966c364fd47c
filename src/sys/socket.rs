//! Small questions to a socket that std, tokio and socket2 do not ask.

use std::io;
use std::net::{Shutdown, SocketAddr};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use tokio::io::unix::AsyncFd;

/// Bytes in the send queue: tcp(7) and unix(7), SIOCOUTQ. On TCP those that the
/// peer has not acknowledged yet; 0 means that a reset can destroy nothing any
/// more. On a Unix socket those that the peer has not read, and what the system
/// needs to keep them.
///
/// # Errors
/// Whatever ioctl(2) says.
pub fn unacknowledged(socket: &impl AsFd) -> io::Result<usize> {
    let mut queued: libc::c_int = 0;
    // SAFETY: SIOCOUTQ (TIOCOUTQ's number) stores one int through the pointer.
    let rc = unsafe { libc::ioctl(socket.as_fd().as_raw_fd(), libc::TIOCOUTQ, &raw mut queued) };
    if rc != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(usize::try_from(queued).unwrap_or(0))
}

/// How many clients wait in a listening TCP socket's accept queue: tcp(7),
/// TCP_INFO, where `tcpi_unacked` of a listener is that number.
///
/// # Errors
/// Whatever getsockopt(2) says.
pub fn accept_queue(listener: &impl AsFd) -> io::Result<usize> {
    Ok(tcp_info(listener)?.tcpi_unacked as usize)
}

/// Whether a TCP connection is over, by a reset or a timeout: nothing that is
/// still in its queues goes anywhere.
///
/// # Errors
/// Whatever getsockopt(2) says.
pub fn is_over(socket: &impl AsFd) -> io::Result<bool> {
    /// TCP_CLOSE of the kernel's tcp_states.h; libc has no name for it here.
    const CLOSE: u8 = 7;
    Ok(tcp_info(socket)?.tcpi_state == CLOSE)
}

/// Tells the peer of a TCP connection that no more will come.
///
/// # Errors
/// `ConnectionReset` for one that is over: shutdown(2) says ENOTCONN then, so
/// that nobody has to ask first. Else whatever it says.
pub fn end(socket: &impl AsFd) -> io::Result<()> {
    match socket2::SockRef::from(socket).shutdown(Shutdown::Write) {
        Err(error) if error.kind() == io::ErrorKind::NotConnected => {
            Err(io::ErrorKind::ConnectionReset.into())
        }
        told => told,
    }
}

fn tcp_info(socket: &impl AsFd) -> io::Result<libc::tcp_info> {
    // SAFETY: tcp_info is plain numbers, for which all zeros is a value.
    let mut info: libc::tcp_info = unsafe { std::mem::zeroed() };
    let mut len = size_of::<libc::tcp_info>() as libc::socklen_t;
    // SAFETY: the pointers are to live locals of the size that `len` says.
    let rc = unsafe {
        libc::getsockopt(
            socket.as_fd().as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            (&raw mut info).cast(),
            &raw mut len,
        )
    };
    if rc != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(info)
}

/// From now on the system drops packets that have fewer hops left, of those that
/// come to this socket at `at`, its own address: RFC 5082, IP_MINTTL and
/// IPV6_MINHOPCOUNT. A socket of IPv6 may get packets of both kinds. A socket
/// that is accepted inherits it. 0 asks for nothing.
///
/// # Errors
/// Whatever setsockopt(2) says.
pub fn set_least_hops(socket: &impl AsFd, at: SocketAddr, hops: u8) -> io::Result<()> {
    // The newer one first: where it is not known, nothing is asked for.
    if at.is_ipv6() {
        set_number(socket, (libc::IPPROTO_IPV6, libc::IPV6_MINHOPCOUNT), hops.into())?;
    }
    set_number(socket, (libc::IPPROTO_IP, libc::IP_MINTTL), hops.into())
}

fn set_number(
    socket: &impl AsFd,
    (level, option): (libc::c_int, libc::c_int),
    number: libc::c_int,
) -> io::Result<()> {
    let len = size_of::<libc::c_int>() as libc::socklen_t;
    // SAFETY: the pointer is to a live local of the size that `len` says, which
    // the call only reads.
    let rc = unsafe {
        let socket = socket.as_fd().as_raw_fd();
        libc::setsockopt(socket, level, option, (&raw const number).cast(), len)
    };
    if rc != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Whether a read or an accept would find something now.
pub fn is_readable(socket: &impl AsFd) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let mut fds = [PollFd::new(socket, PollFlags::IN)];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut fds, Some(&now)).is_ok_and(|ready| ready > 0)
}

/// Whether the peer of a Unix socket has closed it both ways: poll(2), POLLHUP.
pub fn has_hung_up(socket: &impl AsFd) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let mut fds = [PollFd::new(socket, PollFlags::empty())];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut fds, Some(&now)).is_ok() && fds[0].revents().contains(PollFlags::HUP)
}

/// Registers a non-blocking socket with the runtime.
///
/// # Errors
/// Whatever epoll_ctl(2) says.
///
/// # Panics
/// Outside a runtime.
pub fn register(socket: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    // SAFETY: an OwnedFd gives the same open descriptor as long as it lives,
    // and AsyncFd keeps it until after it is deregistered.
    unsafe { AsyncFd::register(socket) }.map_err(io::Error::from)
}

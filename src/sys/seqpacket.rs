//! Many packets a system call on SOCK_SEQPACKET Unix sockets.
//!
//! recvmmsg(2) and sendmmsg(2) for connected packet sockets. An empty packet
//! and the end both read as 0 bytes; the socket has SO_PASSCRED set, so that a
//! packet that really came carries credentials for which we offer no room
//! (MSG_CTRUNC), and the end does not.

use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd};

use super::slots::{MOST_SLOTS, Slots};

/// What a batch of reads found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received {
    /// Packets that came, one a slot from slot 0 on.
    pub packets: usize,
    /// The sender has ended, and all of its packets came before.
    pub end: bool,
}

/// Makes packets carry credentials, so that an empty one differs from the end.
///
/// # Errors
/// Whatever setsockopt(2) says.
pub fn mark_packets(socket: &impl AsFd) -> io::Result<()> {
    rustix::net::sockopt::set_socket_passcred(socket, true).map_err(io::Error::from)
}

/// Receives as many packets as there are, up to the slots; their lengths go to
/// `lengths`. A packet longer than its slot has a length over `slot_len`.
///
/// # Errors
/// `WouldBlock` when there is nothing, else whatever recvmmsg(2) says.
pub fn receive(
    socket: &impl AsFd,
    slots: &mut Slots,
    lengths: &mut [usize; MOST_SLOTS],
) -> io::Result<Received> {
    let count = slots.count();
    let mut parts = [const { MaybeUninit::<libc::iovec>::uninit() }; MOST_SLOTS];
    let mut heads = [const { MaybeUninit::<libc::mmsghdr>::uninit() }; MOST_SLOTS];
    for index in 0..count {
        let part = parts[index]
            .write(libc::iovec { iov_base: slots.start(index).cast(), iov_len: slots.slot_len() });
        heads[index].write(packet_head(part));
    }
    let flags = libc::MSG_DONTWAIT | libc::MSG_TRUNC | libc::MSG_CMSG_CLOEXEC;
    // SAFETY: the first `count` heads are initialised; each points to one live
    // iovec that covers a slot of its own in the exclusively borrowed mapping.
    let rc = unsafe {
        libc::recvmmsg(
            socket.as_fd().as_raw_fd(),
            heads.as_mut_ptr().cast(),
            count as libc::c_uint,
            // Signed in glibc, unsigned in musl.
            flags as _,
            std::ptr::null_mut(),
        )
    };
    let received = usize::try_from(rc).map_err(|_| io::Error::last_os_error())?;
    for index in 0..received {
        // SAFETY: the kernel filled the first `received` of the heads above.
        let head = unsafe { heads[index].assume_init_ref() };
        if head.msg_len == 0 && head.msg_hdr.msg_flags & libc::MSG_CTRUNC == 0 {
            return Ok(Received { packets: index, end: true });
        }
        lengths[index] = head.msg_len as usize;
    }
    Ok(Received { packets: received, end: false })
}

/// Sends packets, each of the given slices one; returns how many went.
///
/// # Errors
/// `WouldBlock` when none could go, else whatever sendmmsg(2) says of the
/// first: EMSGSIZE if it is longer than the send buffer allows.
pub fn send(socket: &impl AsFd, packets: &[IoSlice<'_>]) -> io::Result<usize> {
    let count = packets.len().min(MOST_SLOTS);
    let mut heads = [const { MaybeUninit::<libc::mmsghdr>::uninit() }; MOST_SLOTS];
    for (head, packet) in heads.iter_mut().zip(&packets[..count]) {
        let part: *const IoSlice<'_> = packet;
        head.write(packet_head(part.cast_mut().cast()));
    }
    let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
    // SAFETY: the first `count` heads are initialised; each points to one
    // IoSlice, which has the layout of iovec (std's promise) and borrows
    // memory that lives through the call; sendmmsg only reads it.
    let rc = unsafe {
        libc::sendmmsg(
            socket.as_fd().as_raw_fd(),
            heads.as_mut_ptr().cast(),
            count as libc::c_uint,
            // Signed in glibc, unsigned in musl.
            flags as _,
        )
    };
    usize::try_from(rc).map_err(|_| io::Error::last_os_error())
}

/// The head of a packet that is one part.
fn packet_head(part: *mut libc::iovec) -> libc::mmsghdr {
    // SAFETY: msghdr is pointers and numbers, for which all zeros is a value
    // (no name, no control data).
    let mut head: libc::mmsghdr = unsafe { std::mem::zeroed() };
    head.msg_hdr.msg_iov = part;
    head.msg_hdr.msg_iovlen = 1;
    head
}

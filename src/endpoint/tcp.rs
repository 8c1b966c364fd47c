//! TCP sockets as ends: their options, and a dial that does not hang on the
//! first address.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;

use crate::config::{HostPort, TcpOptions};
#[cfg(target_os = "linux")]
use crate::sys;

/// Clients that may wait for accept(2); the system caps it (somaxconn).
const BACKLOG: i32 = 1024;
/// A dial tries the next address after so long without an answer (RFC 8305, 5).
const NEXT_ADDRESS: Duration = Duration::from_millis(250);
/// Between two keepalive probes.
const LONGEST_INTERVAL: Duration = Duration::from_secs(15);
/// More addresses of one name are not tried.
const MOST_ADDRESSES: usize = 16;

/// Binds and listens; a name is resolved and its first address that binds wins.
///
/// # Errors
/// The resolver's or the system's.
pub async fn bind(at: &HostPort, options: &TcpOptions) -> io::Result<TcpListener> {
    let mut failure = None;
    for address in resolve(at).await?.into_iter().take(MOST_ADDRESSES) {
        match bind_address(address, options) {
            Ok(listener) => return Ok(listener),
            Err(error) => failure = Some(error),
        }
    }
    Err(failure.unwrap_or_else(|| no_address(at)))
}

fn bind_address(address: SocketAddr, options: &TcpOptions) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    share_address(&socket, options)?;
    if address.is_ipv6() && !address.ip().is_unspecified() {
        socket.set_only_v6(true)?;
    }
    if INHERITED {
        apply(SockRef::from(&socket), options);
    }
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// Whether an accepted socket has its listener's options: tcp(7). Four calls
/// less for each client.
const INHERITED: bool = cfg!(target_os = "linux");

/// Sets the options of a socket that was accepted from [`bind`]'s listener, as
/// far as it does not have them.
pub fn apply_to_accepted(stream: &TcpStream, options: &TcpOptions) {
    if !INHERITED {
        apply(SockRef::from(stream), options);
    }
}

/// Sets the options of a listener that had others, or was made elsewhere, for
/// those that are accepted from now on.
pub fn apply_to_listener(listener: &TcpListener, options: &TcpOptions) {
    if !INHERITED {
        return;
    }
    let socket = SockRef::from(listener);
    if options.keepalive.is_none() {
        // It goes on without.
        let _ = socket.set_keepalive(false);
    }
    apply(socket, options);
}

/// Lets no client begin at this listener any more, where another process may
/// listen on the port: a first packet (SYN) that is dropped is sent again after
/// a second, and goes to the other then; one that were taken would be reset when
/// this listener closes. Whoever has begun may finish. Says whether it is so.
///
/// What is asked for is that a packet has all of its hops left (RFC 5082), which
/// none has that comes from a usual system: they begin with 64 or 128. The
/// system asks it of what comes to a listener, and not of the answer that
/// completes a handshake. A socket filter could ask for the SYN itself, and takes
/// CAP_NET_ADMIN on newer kernels.
#[cfg(target_os = "linux")]
pub fn hold_off(listener: &TcpListener) -> bool {
    match listener.local_addr().and_then(|at| sys::socket::set_least_hops(listener, at, u8::MAX)) {
        Ok(()) => true,
        Err(error) => {
            tracing::debug!(%error, "clients that come while a listener closes are reset");
            false
        }
    }
}

/// Other systems have no such means.
#[cfg(not(target_os = "linux"))]
pub fn hold_off(_: &TcpListener) -> bool {
    false
}

/// A connection that is accepted after [`hold_off`] may have what was asked of
/// its listener; what was dropped meanwhile is sent again.
#[cfg(target_os = "linux")]
pub fn let_on(stream: &TcpStream) -> io::Result<()> {
    sys::socket::set_least_hops(stream, stream.local_addr()?, 0)
}

/// Nothing was asked of its listener.
#[cfg(not(target_os = "linux"))]
pub fn let_on(_: &TcpStream) -> io::Result<()> {
    Ok(())
}

/// A listener that was closed just now must not be in the way of the next.
#[cfg(unix)]
fn share_address(socket: &Socket, options: &TcpOptions) -> io::Result<()> {
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(options.reuse_port)
}

/// Windows shares by itself what must be shared; SO_REUSEADDR would let anybody
/// in.
#[cfg(windows)]
fn share_address(socket: &Socket, _: &TcpOptions) -> io::Result<()> {
    crate::sys::socket::claim_address(socket)
}

/// Sets the options of a connected socket. One that the system does not take,
/// or not on a socket whose peer has just left, is no reason to turn anybody
/// away: the connection goes on without it.
fn apply(socket: SockRef<'_>, options: &TcpOptions) {
    let nodelay = socket.set_tcp_nodelay(options.nodelay);
    let keepalive = options.keepalive.map_or(Ok(()), |idle| keep_alive(&socket, idle));
    for (option, result) in [("nodelay", nodelay), ("keepalive", keepalive)] {
        if let Err(error) = result {
            tracing::debug!(option, %error, "a socket goes on without an option");
        }
    }
}

fn keep_alive(socket: &SockRef<'_>, idle: Duration) -> io::Result<()> {
    let probes = TcpKeepalive::new().with_time(idle).with_interval(idle.min(LONGEST_INTERVAL));
    socket.set_tcp_keepalive(&probes)
}

/// Dials `to`: its addresses in turn, the next one started when the last has
/// failed or has not answered for a while, the first to answer wins (RFC 8305).
/// The caller limits the time.
///
/// # Errors
/// The resolver's, or the last address's.
pub async fn dial(to: &HostPort, options: &TcpOptions) -> io::Result<TcpStream> {
    let found = resolve(to).await?;
    if let [only] = found[..] {
        // Nothing to race with, so no task of its own.
        let stream = dial_address(only).await?;
        apply(SockRef::from(&stream), options);
        return Ok(stream);
    }
    let mut addresses = alternate(found).take(MOST_ADDRESSES);
    let mut tries = JoinSet::new();
    let mut failure = None;
    loop {
        let next = addresses.next();
        let more = next.is_some();
        if let Some(address) = next {
            tries.spawn(dial_address(address));
        } else if tries.is_empty() {
            return Err(failure.unwrap_or_else(|| no_address(to)));
        }
        let answer = tokio::select! {
            answer = tries.join_next() => answer,
            () = tokio::time::sleep(NEXT_ADDRESS), if more => None,
        };
        match answer {
            Some(Ok(Ok(stream))) => {
                apply(SockRef::from(&stream), options);
                return Ok(stream);
            }
            Some(Ok(Err(error))) => failure = Some(error),
            Some(Err(broken)) => failure = Some(io::Error::other(broken)),
            None => {}
        }
    }
}

async fn dial_address(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    let stream = socket.connect(address).await?;
    // A dial to a port of our own ephemeral range can meet itself; a target
    // that echoes all is not what anybody wants.
    let local = stream.local_addr()?;
    if local.port() == address.port() && local == stream.peer_addr()? {
        return Err(io::ErrorKind::ConnectionRefused.into());
    }
    Ok(stream)
}

async fn resolve(at: &HostPort) -> io::Result<Vec<SocketAddr>> {
    let found = tokio::net::lookup_host((at.host.as_str(), at.port)).await?;
    Ok(found.collect())
}

/// The two families in turn, beginning with that of the first address, each in
/// the resolver's order (RFC 8305, 4): a family that does not get through, as
/// IPv6 often, costs one wait and not one for each of its addresses.
fn alternate(addresses: Vec<SocketAddr>) -> impl Iterator<Item = SocketAddr> {
    let first = addresses.first().is_some_and(SocketAddr::is_ipv4);
    let (one, other): (Vec<_>, Vec<_>) =
        addresses.into_iter().partition(|address| address.is_ipv4() == first);
    let (mut one, mut other) = (one.into_iter(), other.into_iter());
    std::iter::from_fn(move || {
        let next = one.next().or_else(|| other.next());
        std::mem::swap(&mut one, &mut other);
        next
    })
}

fn no_address(at: &HostPort) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("{} has no address", at.host))
}

#[cfg(test)]
mod tests;

//! The PROXY header that a trusted proxy sends before the client's first byte.
//!
//! Exactly the header is read: not a byte of what follows it is taken.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};

use super::{Refused, in_time};
use crate::access::{Origin, Peer};
use crate::bridge::turns::Turn;
use crate::config::ProxyAccept;
use crate::endpoint::{Conn, Stream};
use crate::proxy;

/// Reads the header that is expected of `peer`, who is then whom it names.
pub(super) async fn read(
    expected: &ProxyAccept,
    conn: &mut Conn,
    peer: &mut Peer,
    limit: Duration,
    turn: &Turn,
) -> Result<(), Refused> {
    check_sender(expected, peer)?;
    let read = async {
        match conn {
            Conn::Stream(Stream::Tcp(stream)) => read_header(stream).await,
            #[cfg(unix)]
            Conn::Stream(Stream::Unix(stream)) => read_header(stream).await,
            _ => Err(Refused::failed("a PROXY header needs a stream")),
        }
    };
    let header = in_time("PROXY header", limit, turn, read).await??;
    peer.proxied = proxy::into_proxied(&header, expected.detail).map(Box::new);
    Ok(())
}

/// Who may speak for others.
fn check_sender(expected: &ProxyAccept, peer: &Peer) -> Result<(), Refused> {
    let Origin::Network { peer: address, .. } = &peer.origin else {
        // A Unix socket's client was asked for its account already.
        return Ok(());
    };
    let ip = address.ip().to_canonical();
    if expected.from.iter().any(|network| network.contains(&ip)) {
        return Ok(());
    }
    Err(Refused::denied(format!("{ip} is in none of the networks of `proxy_from`")))
}

/// Reads exactly the header: what follows it is the client's.
async fn read_header(stream: &mut (impl AsyncRead + Unpin)) -> Result<proxy::Header, Refused> {
    let mut bytes = vec![0; proxy::HEAD_LEN];
    let mut have = 0;
    while have < proxy::HEAD_LEN {
        let got = stream.read(&mut bytes[have..]).await.map_err(header_cut)?;
        if got == 0 {
            return Err(Refused::failed("the client left before its PROXY header"));
        }
        have += got;
        // A client that speaks something else is told so at its first byte,
        // and not when its time is up.
        proxy::check_start(&bytes[..have]).map_err(|error| Refused::failed(error.to_string()))?;
    }
    let mut head = [0; proxy::HEAD_LEN];
    head.copy_from_slice(&bytes);
    let rest = proxy::announced_len(&head).map_err(|error| Refused::failed(error.to_string()))?;
    bytes.resize(proxy::HEAD_LEN + rest, 0);
    stream.read_exact(&mut bytes[proxy::HEAD_LEN..]).await.map_err(header_cut)?;
    proxy::parse(&bytes).map_err(|error| Refused::failed(error.to_string()))
}

fn header_cut(error: io::Error) -> Refused {
    Refused::failed(format!("the PROXY header was cut: {error}"))
}

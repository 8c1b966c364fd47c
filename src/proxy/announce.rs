//! The header that tells a target who its client is.

use super::header::Writer;
use super::tlv::{Tlvs, kind};
use super::{Addresses, Command, process, ssl};
use crate::access::{Origin, Peer, Proxied};
use crate::config::ProxyDetail;

/// Longest header that is sent, in bytes, the head included: what nginx and
/// others have room for. A certificate that does not fit is left out first.
pub const MAX_SENT: usize = 4096;

/// The header for a connection on behalf of `peer`, to be sent before anything
/// else. `id` is the connection's.
///
/// A peer that came with a PROXY header of its own is passed on as whom that
/// header named. A peer without a network address (a pipe, a Unix socket, a
/// FIFO, standard input) is AF_UNSPEC: every receiver must take that, while
/// AF_UNIX adds 216 bytes that say nothing, as such clients have no name.
pub fn from_peer(peer: &Peer, detail: ProxyDetail, id: &str) -> Vec<u8> {
    let mut writer = Writer::new(Command::Proxy, &addresses(peer), MAX_SENT);
    if detail == ProxyDetail::Full {
        writer.add_checksum();
        push_own(&mut writer, peer, id);
    }
    writer.finish()
}

/// The header of a connection that is made for nobody: a probe.
pub fn of_ourselves() -> Vec<u8> {
    Writer::new(Command::Local, &Addresses::Unspec, MAX_SENT).finish()
}

fn addresses(peer: &Peer) -> Addresses {
    match (peer.proxied.as_deref(), &peer.origin) {
        (Some(Proxied { client: Some(src), dialled: Some(dst), .. }), _) => {
            Addresses::inet(*src, *dst)
        }
        (None, Origin::Network { peer, local }) => Addresses::inet(*peer, *local),
        _ => Addresses::Unspec,
    }
}

/// What the peer's own header said goes on as it came; what it left open is
/// told of the connection that we see. The id goes first, so that there is always
/// room for it; one that nobody could log is none.
fn push_own(writer: &mut Writer, peer: &Peer, id: &str) {
    let heard = peer.proxied.as_deref().map_or(&[][..], |proxied| &proxied.tlvs);
    let open = |kind| Tlvs::new(heard).find(kind).is_none();
    let first = peer.first_id().and_then(|_| Tlvs::new(heard).find(kind::UNIQUE_ID));
    writer.push(kind::UNIQUE_ID, first.unwrap_or(id.as_bytes()));
    if let (None, Origin::Local(client)) = (&peer.proxied, &peer.origin)
        && let Some(value) = process::value(client)
    {
        writer.push(kind::PROCESS, &value);
    }
    let others = Tlvs::new(heard).map_while(Result::ok);
    for (kind, value) in others.filter(|(kind, _)| *kind != kind::UNIQUE_ID) {
        push_lean(writer, kind, value);
    }
    let (tls, names) = (peer.tls.as_deref(), peer.certificate.as_deref());
    if open(kind::SSL) && (tls.is_some() || names.is_some()) {
        push_lean(writer, kind::SSL, &ssl::value(tls, names));
    }
    let sni = tls.and_then(|tls| tls.sni.as_deref()).map(str::as_bytes);
    let alpn = tls.and_then(|tls| tls.alpn.as_deref());
    for (kind, value) in [(kind::AUTHORITY, sni), (kind::ALPN, alpn)] {
        if let Some(value) = value.filter(|_| open(kind)) {
            writer.push(kind, value);
        }
    }
}

/// Adds a TLV, without its certificate if there is no room with it.
fn push_lean(writer: &mut Writer, kind: u8, value: &[u8]) {
    if !writer.push(kind, value) && kind == kind::SSL {
        writer.push(kind, &ssl::without_certificate(value));
    }
}

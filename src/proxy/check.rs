//! What must hold for the header's codec on any bytes whatever: the one entry
//! point of the fuzz target `proxy` and of the test that replays its corpus.
//!
//! It panics where a promise is broken. Nothing else in the crate calls it.

use std::net::SocketAddr;

use super::{
    Command, HEAD_LEN, Header, MAX_PAYLOAD, MAX_SENT, ProxyError, announced_len, check_start,
    from_peer, into_proxied, parse,
};
use crate::access::{Origin, Peer};
use crate::config::ProxyDetail;

/// Reads `data` as a header and checks that reading it is total, that it can
/// be written and read again as the same, and that passing it on stays true.
pub fn check_total(data: &[u8]) {
    let header = parse(data);
    for end in 0..data.len().min(HEAD_LEN) {
        if check_start(&data[..end]).is_err() {
            assert!(header.is_err(), "a bad start became a header");
        }
    }
    match header {
        Ok(header) => {
            check_written_again(&header);
            check_passed_on(&header);
        }
        Err(ProxyError::Cut { have, want }) => assert!(have == data.len() && have < want),
        Err(_) => {}
    }
    if let Some(len) = data.first_chunk().and_then(|head| announced_len(head).ok()) {
        assert!(len <= MAX_PAYLOAD);
    }
}

fn check_written_again(header: &Header) {
    for checksum in [false, true] {
        let bytes = header.to_bytes(checksum);
        let bytes = bytes.as_deref().unwrap_or_default();
        // A checksum may lift it over what we would read.
        if bytes.len() <= HEAD_LEN + MAX_PAYLOAD && header.command == Command::Proxy {
            assert_eq!(parse(bytes).as_ref(), Ok(header));
        }
    }
}

fn check_passed_on(header: &Header) {
    for detail in [ProxyDetail::Addresses, ProxyDetail::Full] {
        let mut peer = Peer::new(Origin::Stdio);
        peer.proxied = into_proxied(header, detail).map(Box::new);
        let sent = from_peer(&peer, detail, "id");
        assert!(sent.len() <= MAX_SENT);
        let heard = parse(&sent).ok().and_then(|heard| into_proxied(&heard, detail));
        let Some((before, after)) = peer.proxied.as_deref().zip(heard) else { continue };
        let canonical = |at: Option<SocketAddr>| at.map(|at| (at.ip().to_canonical(), at.port()));
        assert_eq!(canonical(before.client), canonical(after.client));
        assert_eq!(canonical(before.dialled), canonical(after.dialled));
        let own = (detail == ProxyDetail::Full).then_some("id");
        assert_eq!(before.id.as_deref().or(own), after.id.as_deref());
        if before.tlvs.len() < MAX_SENT / 2 {
            assert_eq!((&before.process, &before.cn), (&after.process, &after.cn));
        }
    }
}

//! What of a header becomes part of a peer.

use super::tlv::{self, MAX_ID, Tlv, kind, text};
use super::{Addresses, Command, Header, process, ssl};
use crate::access::Proxied;
use crate::config::ProxyDetail;

/// Whom a header speaks for; `None` for LOCAL, where the sender speaks for
/// itself. With [`ProxyDetail::Addresses`] its TLVs count as not said.
///
/// A value that is not what its type promises counts as not said, too: what
/// ends up in a log has no control characters and a limited length.
pub fn into_proxied(header: &Header, detail: ProxyDetail) -> Option<Proxied> {
    if header.command == Command::Local {
        return None;
    }
    let mut proxied = Proxied::default();
    if let Addresses::Inet { src, dst } = header.addresses {
        proxied.client = Some(src);
        proxied.dialled = Some(dst);
    }
    if detail == ProxyDetail::Full {
        hear(&mut proxied, &header.tlvs);
    }
    Some(proxied)
}

fn hear(proxied: &mut Proxied, tlvs: &[Tlv]) {
    let first = |kind| tlvs.iter().find(|tlv| tlv.kind == kind).map(|tlv| &tlv.value[..]);
    proxied.process = first(kind::PROCESS).and_then(process::read);
    proxied.cn = first(kind::SSL).and_then(ssl::verified_name).map(str::to_owned);
    proxied.id = first(kind::UNIQUE_ID).and_then(id);
    let mut list = vec![];
    for Tlv { kind, value } in tlvs {
        tlv::append(&mut list, *kind, value);
    }
    proxied.tlvs = list.into();
}

/// An id as it is if it can be read and typed, else in hex: it is opaque bytes,
/// and a letter that looks like another one is found by no search.
fn id(value: &[u8]) -> Option<String> {
    if value.is_empty() || value.len() > MAX_ID {
        return None;
    }
    let hex = || value.iter().map(|byte| format!("{byte:02x}")).collect();
    let plain = text(value, MAX_ID).filter(|text| text.is_ascii());
    Some(plain.map_or_else(hex, str::to_owned))
}

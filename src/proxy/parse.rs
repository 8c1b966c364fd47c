//! Reading a header.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use super::header::{SIGNATURE, UNIX_PATH};
use super::tlv::{TLV_HEAD, Tlv, Tlvs, kind};
use super::{Addresses, Command, Header, ProxyError, checksum};

/// Bytes in the part of a header that says how long the rest is.
pub const HEAD_LEN: usize = 16;

/// Most bytes that are taken after the head. The format could say 65,535; a
/// header with a certificate of unusual size has some 8 KiB, and nothing that
/// a client can make us hold before it is let in shall be without a limit.
pub const MAX_PAYLOAD: usize = 16 * 1024;

/// Refuses what can't become a header, from its first byte on: a client that
/// speaks something else need not be waited for. Any number of bytes may be
/// given, none too.
///
/// # Errors
/// [`ProxyError::Version1`], [`ProxyError::NoHeader`].
pub fn check_start(bytes: &[u8]) -> Result<(), ProxyError> {
    const VERSION_1: &[u8] = b"PROXY ";
    let start = &bytes[..bytes.len().min(SIGNATURE.len())];
    if SIGNATURE.starts_with(start) {
        return Ok(());
    }
    if bytes.starts_with(VERSION_1) {
        return Err(ProxyError::Version1);
    }
    if VERSION_1.starts_with(bytes) {
        return Ok(()); // soon it will be known which sentence is the right one
    }
    Err(ProxyError::NoHeader { found: start.escape_ascii().to_string() })
}

/// How many bytes follow the head of a header; at most [`MAX_PAYLOAD`].
///
/// # Errors
/// If the head is none of version 2, or announces more than that.
pub fn announced_len(head: &[u8; HEAD_LEN]) -> Result<usize, ProxyError> {
    check_start(head)?;
    let [.., version, _, high, low] = *head;
    command(version)?;
    let len = usize::from(u16::from_be_bytes([high, low]));
    if len > MAX_PAYLOAD {
        return Err(ProxyError::TooLong { len, max: MAX_PAYLOAD });
    }
    Ok(len)
}

/// Reads a header: the head and what it announced. Bytes behind that are not
/// looked at. With LOCAL, whatever follows the head says nothing, as the
/// specification wants it.
///
/// # Errors
/// If it is cut, or wrong in any part that the format defines; the values of
/// TLVs are not looked into, except the checksum's.
pub fn parse(bytes: &[u8]) -> Result<Header, ProxyError> {
    let Some(head) = bytes.first_chunk() else {
        check_start(bytes)?;
        return Err(ProxyError::Cut { have: bytes.len(), want: HEAD_LEN });
    };
    let want = HEAD_LEN + announced_len(head)?;
    let header = bytes.get(..want).ok_or(ProxyError::Cut { have: bytes.len(), want })?;
    let command = command(head[12])?;
    if command == Command::Local {
        return Ok(Header { command, addresses: Addresses::Unspec, tlvs: vec![] });
    }
    let (addresses, list) = addresses(head[13], &header[HEAD_LEN..])?;
    Ok(Header { command, addresses, tlvs: tlvs(header, list)? })
}

fn command(version_and_command: u8) -> Result<Command, ProxyError> {
    match (version_and_command >> 4, version_and_command & 0x0f) {
        (2, 0) => Ok(Command::Local),
        (2, 1) => Ok(Command::Proxy),
        (2, other) => Err(ProxyError::Command(other)),
        (other, _) => Err(ProxyError::Version(other)),
    }
}

/// The addresses, and the list of TLVs behind them. Datagrams (the low half
/// being 2) have the same addresses as streams.
fn addresses(family: u8, payload: &[u8]) -> Result<(Addresses, &[u8]), ProxyError> {
    match family {
        0x00 => Ok((Addresses::Unspec, payload)),
        0x11 | 0x12 => split::<12>(payload).map(|(block, list)| (inet4(block), list)),
        0x21 | 0x22 => split::<36>(payload).map(|(block, list)| (inet6(block), list)),
        0x31 | 0x32 => {
            let (block, list) = split::<{ 2 * UNIX_PATH }>(payload)?;
            let (mut src, mut dst) = (Box::new([0; UNIX_PATH]), Box::new([0; UNIX_PATH]));
            src.copy_from_slice(&block[..UNIX_PATH]);
            dst.copy_from_slice(&block[UNIX_PATH..]);
            Ok((Addresses::Unix { src, dst }, list))
        }
        other => Err(ProxyError::Family(other)),
    }
}

fn split<const N: usize>(payload: &[u8]) -> Result<(&[u8; N], &[u8]), ProxyError> {
    payload.split_first_chunk().ok_or(ProxyError::Addresses { have: payload.len(), want: N })
}

fn inet4(block: &[u8; 12]) -> Addresses {
    let [a, b, c, d, e, f, g, h, ports @ ..] = *block;
    let (src, dst) = both_ports(ports);
    Addresses::Inet {
        src: SocketAddr::from((Ipv4Addr::new(a, b, c, d), src)),
        dst: SocketAddr::from((Ipv4Addr::new(e, f, g, h), dst)),
    }
}

fn inet6(block: &[u8; 36]) -> Addresses {
    let (mut from, mut to, mut ports) = ([0; 16], [0; 16], [0; 4]);
    from.copy_from_slice(&block[..16]);
    to.copy_from_slice(&block[16..32]);
    ports.copy_from_slice(&block[32..]);
    let (src, dst) = both_ports(ports);
    Addresses::Inet {
        src: SocketAddr::from((Ipv6Addr::from(from), src)),
        dst: SocketAddr::from((Ipv6Addr::from(to), dst)),
    }
}

fn both_ports([a, b, c, d]: [u8; 4]) -> (u16, u16) {
    (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))
}

/// The TLVs of `list`, the last part of `header`.
fn tlvs(header: &[u8], list: &[u8]) -> Result<Vec<Tlv>, ProxyError> {
    let mut at = header.len() - list.len();
    let mut found = vec![];
    let mut checked = false;
    for tlv in Tlvs::new(list) {
        let (kind, value) = tlv?;
        at += TLV_HEAD;
        match kind {
            kind::CRC32C if checked => return Err(ProxyError::BadChecksum),
            kind::CRC32C => {
                verify(header, at, value)?;
                checked = true;
            }
            kind::NOOP => {}
            _ => found.push(Tlv { kind, value: value.to_vec() }),
        }
        at += value.len();
    }
    Ok(found)
}

/// Compares the checksum `value`, which stands at byte `at`, with the header's.
fn verify(header: &[u8], at: usize, value: &[u8]) -> Result<(), ProxyError> {
    let announced = value.try_into().map_err(|_| ProxyError::BadChecksum)?;
    let announced = u32::from_be_bytes(announced);
    let computed = checksum::of_header(header, at);
    if announced == computed { Ok(()) } else { Err(ProxyError::Checksum { announced, computed }) }
}

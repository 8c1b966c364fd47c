//! Security identifiers, the way Windows knows accounts, as a value.
//!
//! In here is the form in memory and the form in text, and no system call: a
//! configuration that names a SID can be read on any system. Which account
//! bears it is asked in `windows::sid`.

use std::fmt;
use std::str::FromStr;

/// The most sub-authorities of one SID (SID_MAX_SUB_AUTHORITIES).
const MOST_SUB_AUTHORITIES: usize = 15;
/// Revision, count and authority.
const HEAD_WORDS: usize = 2;
/// The most words that a SID takes: SECURITY_MAX_SID_SIZE, 68 bytes.
pub const MOST_WORDS: usize = HEAD_WORDS + MOST_SUB_AUTHORITIES;

/// One SID; always well-formed. Two are equal when the system says so
/// (EqualSid), and equal ones have the same text.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Sid {
    /// The structure as it lies in memory ([MS-DTYP] 2.4.2.2), in words
    /// because the system wants it aligned.
    words: Box<[u32]>,
}

/// What sort of account a name belongs to (SID_NAME_USE).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountKind {
    /// A user or a computer: whom a token is for.
    User,
    /// A group, of the domain or of this machine: what a token lists.
    Group,
    /// Well-known: may stand in either place. SYSTEM, Everyone, a service.
    Either,
    /// A domain, a deleted account, an integrity label: no token bears it.
    Neither,
}

/// A text that is no SID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no SID: one is written as S-1-5-32-544")]
pub struct NoSid(String);

impl Sid {
    /// Takes a SID as it lies in memory. `None` unless `bytes` is one, whole
    /// and with nothing after it.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&[revision, count, ..], _) = bytes.split_first_chunk::<8>()?;
        let count = usize::from(count);
        if revision != 1 || count > MOST_SUB_AUTHORITIES {
            return None;
        }
        let (words, rest) = bytes.as_chunks::<4>();
        let whole = words.len() == HEAD_WORDS + count && rest.is_empty();
        whole.then(|| Self { words: words.iter().copied().map(u32::from_ne_bytes).collect() })
    }

    /// The structure in memory.
    pub fn words(&self) -> &[u32] {
        &self.words
    }

    fn authority(&self) -> u64 {
        let [_, _, high @ ..] = self.words[0].to_ne_bytes();
        let low = self.words[1].to_ne_bytes();
        u64::from(u16::from_be_bytes(high)) << 32 | u64::from(u32::from_be_bytes(low))
    }
}

/// [MS-DTYP] 2.4.2.1. Leading zeros are dropped and `s` is taken for `S`, as
/// ConvertStringSidToSid does; its abbreviations (`BA`) are not taken.
impl FromStr for Sid {
    type Err = NoSid;

    fn from_str(text: &str) -> Result<Self, NoSid> {
        parse(text).ok_or_else(|| NoSid(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<Sid> {
    let rest = text.strip_prefix("S-1-").or_else(|| text.strip_prefix("s-1-"))?;
    let mut parts = rest.split('-');
    let [_, _, authority @ ..] = authority(parts.next()?)?.to_be_bytes();
    let mut bytes = vec![1, 0];
    bytes.extend_from_slice(&authority);
    for part in parts {
        let sub: u32 = digits(part, 10).and_then(|digits| digits.try_into().ok())?;
        bytes.extend_from_slice(&sub.to_ne_bytes());
        bytes[1] += 1;
        if usize::from(bytes[1]) > MOST_SUB_AUTHORITIES {
            return None;
        }
    }
    if bytes[1] == 0 { None } else { Sid::from_bytes(&bytes) }
}

/// 48 bits, in decimal or, after `0x`, in hexadecimal.
fn authority(text: &str) -> Option<u64> {
    let hexadecimal = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let authority = match hexadecimal {
        Some(text) => digits(text, 16),
        None => digits(text, 10),
    };
    authority.filter(|authority| *authority < 1 << 48)
}

/// `from_str_radix` alone would take a sign.
fn digits(text: &str, radix: u32) -> Option<u64> {
    let good = text.chars().all(|digit| digit.is_digit(radix));
    good.then(|| u64::from_str_radix(text, radix).ok()).flatten()
}

/// As ConvertSidToStringSid writes it: an authority of more than 32 bits is
/// hexadecimal.
impl fmt::Display for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.authority() {
            authority if authority >> 32 == 0 => write!(f, "S-1-{authority}")?,
            authority => write!(f, "S-1-0x{authority:012x}")?,
        }
        self.words[HEAD_WORDS..].iter().try_for_each(|sub| write!(f, "-{sub}"))
    }
}

impl fmt::Debug for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests;

//! Our own TLV: the process and account behind a pipe or a Unix socket.
//!
//! `docs/wire.md` gives the layout byte by byte; keep the two together.

use super::tlv::text;
use crate::access::{Account, Process};

/// The layout's version. Bytes behind what it defines are for later ones and
/// not looked at.
const VERSION: u8 = 1;
/// A Unix account: user and group.
const UNIX: u8 = 1;
/// A Windows account: a SID, and a name where there is one.
const WINDOWS: u8 = 2;

/// `S-1-`, an authority of 15 digits and 15 sub-authorities of 10 fit.
const MAX_SID: usize = 184;
/// Longest `DOMAIN\user` in bytes.
const MAX_NAME: usize = 1024;

/// The value for a process; none if its account is not known. A process number
/// that is not known is 0.
pub(super) fn value(process: &Process) -> Option<Vec<u8>> {
    let pid = process.pid.unwrap_or(0).to_be_bytes();
    Some(match &process.account {
        Account::Supposed { .. } | Account::Unknown => return None,
        Account::Unix { uid, gid, .. } => {
            [&[VERSION, UNIX][..], &pid, &uid.to_be_bytes(), &gid.to_be_bytes()].concat()
        }
        Account::Windows { sid, name, .. } => {
            let sid = text(sid.as_bytes(), MAX_SID).unwrap_or_default();
            let name = name.as_deref().and_then(|name| text(name.as_bytes(), MAX_NAME));
            let name = name.unwrap_or_default();
            let name_len = (name.len() as u16).to_be_bytes();
            let head = [VERSION, WINDOWS];
            [&head[..], &pid, &[sid.len() as u8], sid.as_bytes(), &name_len, name.as_bytes()]
                .concat()
        }
    })
}

/// The process that a value tells of; `None` if it is not in our layout.
pub(super) fn read(value: &[u8]) -> Option<Process> {
    let (&[version, kind, ref pid @ ..], rest) = value.split_first_chunk::<6>()?;
    let pid = Some(u32::from_be_bytes(*pid)).filter(|pid| *pid != 0);
    let account = match (version, kind) {
        (VERSION, UNIX) => unix(rest),
        (VERSION, WINDOWS) => windows(rest),
        _ => None,
    }?;
    Some(Process { pid, account })
}

fn unix(rest: &[u8]) -> Option<Account> {
    let (uid, rest) = rest.split_first_chunk()?;
    let gid = rest.first_chunk()?;
    Some(Account::Unix {
        uid: u32::from_be_bytes(*uid),
        gid: u32::from_be_bytes(*gid),
        groups: Box::default(),
    })
}

fn windows(rest: &[u8]) -> Option<Account> {
    let (len, rest) = rest.split_first()?;
    let (sid, rest) = rest.split_at_checked(usize::from(*len))?;
    let sid = text(sid, MAX_SID).filter(|sid| is_sid(sid))?;
    let (len, rest) = rest.split_first_chunk()?;
    let name = rest.get(..usize::from(u16::from_be_bytes(*len)))?;
    let name = text(name, MAX_NAME).map(str::to_owned);
    // Groups are not carried: nothing in a header is a reason to let in.
    Some(Account::Windows { sid: sid.to_owned(), name, groups: Box::default() })
}

/// `S-1-`, then numbers between hyphens ([MS-DTYP] 2.4.2.1; the authority may
/// be hexadecimal).
fn is_sid(sid: &str) -> bool {
    let number = |part: &str| {
        let digits = part.strip_prefix("0x").unwrap_or(part);
        !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    };
    sid.strip_prefix("S-1-").is_some_and(|rest| rest.split('-').all(number))
}

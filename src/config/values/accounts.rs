//! Users, groups and SIDs, as written: whether they exist is asked when they
//! are needed, because accounts come and go while the configuration stays.

use super::described;
use crate::config::read::Read;
use crate::config::report::{Fault, Report};
use crate::config::tree::Node;

/// A user or group: a name, or a number.
#[derive(Debug, Clone)]
pub(crate) struct Account(pub(crate) String);

/// A Windows security identifier, `S-1-5-32-544`.
#[derive(Debug, Clone)]
pub(crate) struct Sid(pub(crate) String);

impl Read for Account {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        if let Some((number, _)) = node.as_integer() {
            // (uid_t)-1 means "no change" to chown(2) and is nobody's number.
            if u32::try_from(number).is_ok_and(|id| id != u32::MAX) {
                return Some(Self(number.to_string()));
            }
            let fault = Fault::new("no account has this number");
            report.fault(node.spot, fault.expected("a number from 0 to 4294967294"));
            return None;
        }
        let Some(name) = node.as_text() else {
            report.wrong_type(node, "a name, or a number");
            return None;
        };
        let bad = name.is_empty()
            || name.len() > 256
            || name.trim() != name
            || name.chars().any(|c| c.is_control() || c == ':');
        if bad {
            report
                .fault(node.spot, Fault::new("no account's name").expected("a name, or a number"));
            return None;
        }
        Some(Self(name.to_owned()))
    }
}

impl Read for Sid {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        crate::config::read::read_text(node, report, "a SID, such as \"S-1-5-32-544\"", parse_sid)
    }
}

/// MS-DTYP 2.4.2.1: revision 1, an authority, 1 to 15 sub-authorities.
fn parse_sid(text: &str) -> Result<Sid, Fault> {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let good = match parts.as_slice() {
        ["S" | "s", "1", authority, sub @ ..] => {
            number(authority)
                && authority.len() <= 15
                && (1..=15).contains(&sub.len())
                && sub.iter().all(|part| number(part) && part.parse::<u32>().is_ok())
        }
        _ => false,
    };
    if good {
        return Ok(Sid(text.to_ascii_uppercase()));
    }
    Err(Fault::new("no SID").expected("a SID, such as \"S-1-5-32-544\""))
}

described!(Account, "Account", {
    "anyOf": [
        { "type": "string", "minLength": 1 },
        { "type": "integer", "minimum": 0, "maximum": 4_294_967_294_u32 },
    ],
});
described!(Sid, "Sid", {
    "type": "string", "pattern": r"^[Ss]-1-[0-9]+(-[0-9]+)+$", "examples": ["S-1-5-32-544"],
});

//! Users, groups and SIDs, as written: whether they exist is asked when they
//! are needed, because accounts come and go while the configuration stays.

use super::described;
use crate::config::read::Read;
use crate::config::report::{Fault, Report};
use crate::config::tree::Node;
use crate::sys;

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

/// Kept as the system writes it: a client's SID is compared with it as text.
fn parse_sid(text: &str) -> Result<Sid, Fault> {
    let sid = text.parse::<sys::sid::Sid>().map(|sid| Sid(sid.to_string()));
    sid.map_err(|_| Fault::new("no SID").expected("a SID, such as \"S-1-5-32-544\""))
}

described!(Account, "Account", {
    "anyOf": [
        { "type": "string", "minLength": 1 },
        { "type": "integer", "minimum": 0, "maximum": 4_294_967_294_u32 },
    ],
});
described!(Sid, "Sid", {
    "type": "string", "pattern": r"^[Ss]-1-([0-9]+|0[Xx][0-9A-Fa-f]+)(-[0-9]+)+$", "examples": ["S-1-5-32-544"],
});

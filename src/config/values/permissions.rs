//! Permission bits of a socket file: `"0660"`, or `0o660`.

use super::described;
use crate::config::read::Read;
use crate::config::report::{Fault, Report};
use crate::config::tree::Node;

const EXPECTED: &str = "permissions in octal, such as \"0660\"";

/// Permission bits, at most 0o777.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Permissions(pub(crate) u32);

impl Read for Permissions {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        let bits = match (node.as_text(), node.as_integer()) {
            (Some(text), _) => parse(text),
            (None, Some((value, 8))) => within(u32::try_from(value).ok()),
            (None, Some((value, _))) => Err(Fault::new("not written in octal")
                .expected(EXPECTED)
                .hint(format!("write \"0{value}\" or 0o{value}"))),
            (None, None) => {
                report.wrong_type(node, EXPECTED);
                return None;
            }
        };
        bits.map_err(|fault| report.fault(node.spot, fault)).ok()
    }
}

fn parse(text: &str) -> Result<Permissions, Fault> {
    let digits = text.strip_prefix("0o").unwrap_or(text);
    let octal = !digits.is_empty() && digits.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
    if !octal {
        return Err(Fault::new("no permissions").expected(EXPECTED));
    }
    within(u32::from_str_radix(digits, 8).ok())
}

fn within(bits: Option<u32>) -> Result<Permissions, Fault> {
    match bits {
        Some(bits) if bits <= 0o777 => Ok(Permissions(bits)),
        _ => Err(Fault::new("more than permission bits").expected("at most \"0777\"")),
    }
}

described!(Permissions, "Permissions", {
    "anyOf": [
        { "type": "string", "pattern": "^(0o)?[0-7]{1,4}$", "examples": ["0600", "0660"] },
        { "type": "integer", "minimum": 0, "maximum": 511 },
    ],
});

//! Pins of public keys: SHA-256 of the SubjectPublicKeyInfo (RFC 7469, 2.4).

use data_encoding::{BASE64, BASE64_NOPAD, HEXLOWER_PERMISSIVE};

use super::described;
use crate::config::read::{Read, read_text};
use crate::config::report::{Fault, Report};
use crate::config::rules::SpkiPin;
use crate::config::tree::Node;

const EXPECTED: &str = "64 hex digits (colons allowed), or `sha256/` and base64";

/// Reads a pin in either of its notations.
///
/// # Errors
/// What is wrong with it, and what would be right.
pub fn parse_pin(text: &str) -> Result<SpkiPin, Fault> {
    let bytes = match text.strip_prefix("sha256/") {
        Some(base64) => BASE64
            .decode(base64.as_bytes())
            .or_else(|_| BASE64_NOPAD.decode(base64.as_bytes()))
            .map_err(|_| Fault::new("no base64 after `sha256/`").expected(EXPECTED))?,
        None => {
            let digits: String = text.chars().filter(|c| *c != ':').collect();
            HEXLOWER_PERMISSIVE
                .decode(digits.as_bytes())
                .map_err(|_| Fault::new("no pin").expected(EXPECTED))?
        }
    };
    let found = bytes.len();
    bytes
        .try_into()
        .map(SpkiPin)
        .map_err(|_| Fault::new(format!("{found} bytes are no SHA-256 digest")).expected(EXPECTED))
}

impl Read for SpkiPin {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        read_text(node, report, EXPECTED, parse_pin)
    }
}

/// `sha256/` and base64, as `pipeferry certs show` and curl print it.
impl std::fmt::Display for SpkiPin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "sha256/{}", BASE64.encode(&self.0))
    }
}

described!(SpkiPin, "SpkiPin", {
    "type": "string",
    "pattern": "^(([0-9a-fA-F]{2}:?){32}|sha256/[A-Za-z0-9+/]{43}=?)$",
});

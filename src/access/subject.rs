//! A distinguished name as text, by RFC 4514.
//!
//! The text goes into logs and metrics pages, so every character that could
//! break a line or hide another is written as hex pairs. It is never parsed
//! back and never matched against: rules look at single attributes.

use std::fmt::Write;

use x509_parser::der_parser::asn1_rs::{Any, Oid, Tag};
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

/// The short name of `commonName`.
pub(super) const CN: &str = "CN";
/// The short name of `organizationalUnitName`.
pub(super) const OU: &str = "OU";

/// Short names from RFC 4514, 3, with the descriptors of RFC 4519 that are
/// seen in certificates, and PKCS#9's e-mail address.
const SHORT_NAMES: &[(&str, &str)] = &[
    ("2.5.4.3", CN),
    ("2.5.4.4", "sn"),
    ("2.5.4.5", "serialNumber"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "STREET"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", OU),
    ("2.5.4.12", "title"),
    ("2.5.4.42", "givenName"),
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("1.2.840.113549.1.9.1", "emailAddress"),
];

/// The whole name: the last component first, as the RFC wants it.
pub fn rfc4514(name: &X509Name<'_>) -> String {
    let mut components: Vec<String> = name
        .iter_rdn()
        .map(|rdn| rdn.iter().map(attribute).collect::<Vec<_>>().join("+"))
        .collect();
    components.reverse();
    components.join(",")
}

/// The short name of an attribute type, where it has one.
pub(super) fn short_name(oid: &Oid<'_>) -> Option<&'static str> {
    let dotted = oid.to_id_string();
    SHORT_NAMES.iter().find(|(id, _)| *id == dotted).map(|(_, name)| *name)
}

/// The text of an attribute's value; `None` where it is not text, or not what
/// its string type allows.
pub(super) fn text(value: &Any<'_>) -> Option<String> {
    let bytes = value.data;
    match value.tag() {
        Tag::Utf8String => std::str::from_utf8(bytes).ok().map(Into::into),
        Tag::PrintableString | Tag::Ia5String | Tag::NumericString | Tag::T61String => {
            bytes.is_ascii().then(|| bytes.iter().map(|&byte| char::from(byte)).collect())
        }
        Tag::BmpString => {
            let (pairs, rest) = bytes.as_chunks::<2>();
            let units: Vec<u16> = pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
            rest.is_empty().then(|| String::from_utf16(&units).ok()).flatten()
        }
        _ => None,
    }
}

fn attribute(attribute: &AttributeTypeAndValue<'_>) -> String {
    let oid = attribute.attr_type();
    match (short_name(oid), text(attribute.attr_value())) {
        (Some(name), Some(text)) => format!("{name}={}", escape(&text)),
        (Some(name), None) => format!("{name}=#{}", hex(attribute.attr_value().data)),
        (None, _) => format!("{}=#{}", oid.to_id_string(), hex(attribute.attr_value().data)),
    }
}

/// RFC 4514, 2.4, and beyond it every control character and every character
/// that changes the direction of writing.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let last = text.chars().count().saturating_sub(1);
    for (at, c) in text.chars().enumerate() {
        let edge = (at == 0 && matches!(c, ' ' | '#')) || (at == last && c == ' ');
        if edge || matches!(c, '"' | '+' | ',' | ';' | '<' | '>' | '\\') {
            escaped.push('\\');
            escaped.push(c);
        } else if c.is_control() || is_invisible(c) {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                let _ = write!(escaped, "\\{byte:02X}");
            }
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// Zero-width characters and the controls of Unicode's bidirectional writing.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

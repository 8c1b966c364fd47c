//! One event, one line: control characters inside an event are escaped.

use std::io::Write;

/// Which control characters are escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escape {
    /// All of them.
    All,
    /// All but ESC, which starts a colour. Values have had theirs escaped
    /// by the formatter of fields already.
    AllButColor,
}

const ESC: u8 = 0x1b;

/// Appends `event` to `out` as one line, which ends in the only line feed that it
/// has. A tab stays.
pub(super) fn append(out: &mut Vec<u8>, event: &[u8], escape: Escape) {
    let event = event.strip_suffix(b"\n").unwrap_or(event);
    let mut rest = event;
    while let Some(at) = rest.iter().position(|byte| is_escaped(*byte, escape)) {
        out.extend_from_slice(&rest[..at]);
        // Writing to a Vec can not fail.
        let _ = match rest[at] {
            b'\n' => out.write_all(b"\\n"),
            b'\r' => out.write_all(b"\\r"),
            byte => write!(out, "\\x{byte:02x}"),
        };
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
    out.push(b'\n');
}

fn is_escaped(byte: u8, escape: Escape) -> bool {
    byte.is_ascii_control() && byte != b'\t' && !(byte == ESC && escape == Escape::AllButColor)
}

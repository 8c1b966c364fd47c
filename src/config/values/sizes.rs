//! Sizes: `"64KiB"`, `"16MiB"`, `"64KB"`, or a plain number of bytes.

use super::described;
use crate::config::read::Read;
use crate::config::report::{Fault, Report};
use crate::config::tree::Node;

const EXPECTED: &str = "a size, such as \"64KiB\", \"16MiB\" or 65536";

/// What the widest length prefix can say, and what a Win32 buffer size can.
const LARGEST: u64 = u32::MAX as u64;

const UNITS: [(&str, u64); 8] = [
    ("", 1),
    ("b", 1),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
];

/// A number of bytes, at least 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size(pub(crate) u32);

/// A number of bytes, 0 included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AnySize(pub(crate) u32);

/// Reads a size as people write it: a whole number of bytes, `KiB`, `MiB`,
/// `GiB` (powers of 1024) or `KB`, `MB`, `GB` (powers of 1000). At most
/// 4,294,967,295 bytes.
///
/// # Errors
/// What is wrong with it, and what would be right.
pub fn parse_size(text: &str) -> Result<u32, Fault> {
    let text = text.trim();
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = (&text[..unit_at], text[unit_at..].trim().to_ascii_lowercase());
    let Some((_, factor)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return Err(unknown_unit(digits, &unit));
    };
    let bytes = digits.parse::<u64>().ok().and_then(|count| count.checked_mul(*factor));
    match bytes {
        Some(bytes) if bytes <= LARGEST => u32::try_from(bytes).map_err(|_| too_large()),
        Some(_) => Err(too_large()),
        None if digits.is_empty() => Err(Fault::new("no size").expected(EXPECTED)),
        None => Err(too_large()),
    }
}

fn too_large() -> Fault {
    Fault::new("too large").expected("at most 4294967295 bytes (4 GiB less one)")
}

fn unknown_unit(digits: &str, unit: &str) -> Fault {
    let fault = Fault::new("no size").expected(EXPECTED);
    let meant = match unit {
        "k" => "KiB",
        "m" => "MiB",
        "g" => "GiB",
        _ => return fault,
    };
    fault.hint(format!("write \"{digits}{meant}\""))
}

fn read_size(node: &Node, report: &mut Report) -> Option<u32> {
    let parsed = match (node.as_integer(), node.as_text()) {
        (Some((value, _)), _) => match u32::try_from(value) {
            Ok(value) => Ok(value),
            Err(_) if value < 0 => Err(Fault::new("less than nothing").expected(EXPECTED)),
            Err(_) => Err(too_large()),
        },
        (None, Some(text)) => parse_size(text),
        (None, None) => {
            report.wrong_type(node, EXPECTED);
            return None;
        }
    };
    parsed.map_err(|fault| report.fault(node.spot, fault)).ok()
}

impl Read for AnySize {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        read_size(node, report).map(Self)
    }
}

impl Read for Size {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        let size = read_size(node, report)?;
        if size == 0 {
            report.fault(node.spot, Fault::new("room for nothing").expected("at least 1 byte"));
            return None;
        }
        Some(Self(size))
    }
}

const PATTERN: &str = r"^\s*[0-9]+\s*(([kKmMgG][iI]?)?[bB])?\s*$";

described!(Size, "Size", {
    "anyOf": [
        { "type": "string", "pattern": PATTERN, "examples": ["64KiB", "16MiB"] },
        { "type": "integer", "minimum": 1, "maximum": 4_294_967_295_u32 },
    ],
});
described!(AnySize, "SizeOrZero", {
    "anyOf": [
        { "type": "string", "pattern": PATTERN, "examples": ["64KiB", "1MiB"] },
        { "type": "integer", "minimum": 0, "maximum": 4_294_967_295_u32 },
    ],
});

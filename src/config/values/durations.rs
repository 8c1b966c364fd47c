//! Lengths of time: `"250ms"`, `"10s"`, `"5m"`, `"1h 30m"`.
//!
//! A bare number is refused: nobody agrees on its unit.

use std::time::Duration;

use super::described;
use crate::config::read::{Read, read_text};
use crate::config::report::{Fault, Report};
use crate::config::tree::{Node, Value};

const EXPECTED: &str = "a duration, such as \"250ms\", \"10s\", \"5m\" or \"1h\"";

/// Timers of the runtime reach further, but nobody means more than this.
const LONGEST: Duration = Duration::from_secs(3653 * 24 * 3600);

/// A duration that is not zero.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Positive(pub(crate) Duration);

/// A duration, zero included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AnyDuration(pub(crate) Duration);

/// A duration that is not zero, or `false` for none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OrOff(pub(crate) Option<Duration>);

/// Reads a duration as people write it, zero included; compounds such as
/// `1h 30m` too. At most ten years.
///
/// # Errors
/// What is wrong with it, and what would be right.
pub fn parse_duration(text: &str) -> Result<Duration, Fault> {
    let trimmed = text.trim();
    if !trimmed.is_empty() && trimmed.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(without_unit(trimmed));
    }
    if trimmed.split(|c: char| !c.is_alphabetic()).any(|unit| unit == "M") {
        let fault = Fault::new("`M` is no unit: is it minutes or months?").expected(EXPECTED);
        return Err(fault.hint("write `m` for minutes"));
    }
    let duration = humantime::parse_duration(trimmed).map_err(no_duration)?;
    if duration > LONGEST {
        return Err(Fault::new("longer than ten years").expected(EXPECTED));
    }
    Ok(duration)
}

fn no_duration(error: humantime::DurationError) -> Fault {
    let fault = match error {
        humantime::DurationError::UnknownUnit { unit, .. } if !unit.is_empty() => {
            Fault::new(format!("no duration: there is no unit `{unit}`"))
        }
        _ => Fault::new("no duration"),
    };
    fault.expected(EXPECTED)
}

fn without_unit(digits: &str) -> Fault {
    Fault::new("a duration needs its unit")
        .expected(EXPECTED)
        .hint(format!("write \"{digits}s\" for seconds, \"{digits}ms\" for milliseconds"))
}

fn read_duration(node: &Node, report: &mut Report) -> Option<Duration> {
    if let Value::Integer { value, .. } = node.value {
        report.fault(node.spot, without_unit(&value.to_string()));
        return None;
    }
    read_text(node, report, EXPECTED, parse_duration)
}

fn read_positive(node: &Node, report: &mut Report, hint: &str) -> Option<Duration> {
    let duration = read_duration(node, report)?;
    if duration.is_zero() {
        let fault = Fault::new("zero would end it before it begins").expected("more than zero");
        report.fault(node.spot, fault.maybe_hint((!hint.is_empty()).then(|| hint.to_owned())));
        return None;
    }
    Some(duration)
}

impl Read for Positive {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        read_positive(node, report, "").map(Self)
    }
}

impl Read for AnyDuration {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        read_duration(node, report).map(Self)
    }
}

const FALSE_FOR_NONE: &str = "write `false` for none";

/// What people write for no duration.
const NONE: [&str; 6] = ["off", "none", "never", "no", "unlimited", "infinity"];

impl Read for OrOff {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        match node.as_bool() {
            Some(false) => Some(Self(None)),
            Some(true) => {
                report.wrong_type(node, "a duration, such as \"60s\", or `false` for none");
                None
            }
            None if node.as_text().is_some_and(|text| NONE.contains(&text)) => {
                let fault = Fault::new("no duration").expected(EXPECTED);
                report.fault(node.spot, fault.hint(FALSE_FOR_NONE));
                None
            }
            None => read_positive(node, report, FALSE_FOR_NONE).map(|d| Self(Some(d))),
        }
    }
}

const PATTERN: &str = r"^\s*([0-9]+(\.[0-9]+)?\s*[a-zA-Zµ]+\s*)+$";

described!(Positive, "Duration", {
    "type": "string", "pattern": PATTERN, "examples": ["250ms", "10s", "5m", "1h"],
});
described!(AnyDuration, "DurationOrZero", {
    "type": "string", "pattern": PATTERN, "examples": ["0s", "250ms", "10s", "5m", "1h"],
});
described!(OrOff, "DurationOrOff", {
    "anyOf": [
        { "type": "string", "pattern": PATTERN, "examples": ["30s", "10m", "1h"] },
        { "const": false },
    ],
});

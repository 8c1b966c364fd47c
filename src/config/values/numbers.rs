//! Whole numbers between two bounds, and the count of pipe instances.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

use super::described;
use crate::config::read::Read;
use crate::config::report::{Fault, Report};
use crate::config::tree::Node;

/// A whole number from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number<const MIN: i64, const MAX: i64>(pub(crate) i64);

impl<const MIN: i64, const MAX: i64> Number<MIN, MAX> {
    /// A default, held within the bounds.
    pub(crate) fn from_count(count: i64) -> Self {
        Self(count.clamp(MIN, MAX))
    }
}

impl<const MIN: i64, const MAX: i64> Read for Number<MIN, MAX> {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        let expected = format!("a whole number from {MIN} to {MAX}");
        let Some((value, _)) = node.as_integer() else {
            report.wrong_type(node, &expected);
            return None;
        };
        if !(MIN..=MAX).contains(&value) {
            report.fault(node.spot, Fault::new("out of bounds").expected(expected));
            return None;
        }
        Some(Self(value))
    }
}

impl<const MIN: i64, const MAX: i64> JsonSchema for Number<MIN, MAX> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Number_{MIN}_{MAX}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": MIN, "maximum": MAX })
    }
}

/// Most connections at a time: of one bridge, or of all.
pub(crate) type Connections = Number<1, 1_000_000>;

/// `nMaxInstances` of CreateNamedPipe: 1 to 254, or `"unlimited"` (`None`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Instances(pub(crate) Option<u8>);

impl Read for Instances {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        if node.as_text() == Some("unlimited") {
            return Some(Self(None));
        }
        let count = node.as_integer().and_then(|(value, _)| u8::try_from(value).ok());
        match count {
            Some(count @ 1..=254) => Some(Self(Some(count))),
            _ => {
                let fault = Fault::new("no number of instances");
                report.fault(node.spot, fault.expected("1 to 254, or \"unlimited\""));
                None
            }
        }
    }
}

described!(Instances, "Instances", {
    "anyOf": [{ "type": "integer", "minimum": 1, "maximum": 254 }, { "const": "unlimited" }],
});

//! Where a bridge connects: one end, or a list of them.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::RawEnd;
use crate::config::model::Targets;
use crate::config::read::{At, Field, Place, Read};
use crate::config::report::{Fault, Report};
use crate::config::tree::{Node, Value};

/// Ends as they are written: one, or a list.
#[derive(Debug, Clone)]
pub(crate) struct RawEnds {
    pub(crate) ends: Vec<Field<RawEnd>>,
    /// Whether a list was written, be it of one.
    pub(crate) is_list: bool,
}

impl Read for RawEnds {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        let Value::Array(items) = &node.value else {
            let place = Place { key: node.spot, value: node.spot };
            let end = RawEnd::read(node, report)?;
            return Some(Self { ends: vec![Field::Is(At { value: end, place })], is_list: false });
        };
        if items.is_empty() {
            let fault = Fault::new("an empty list is nowhere to connect");
            report.fault(node.spot, fault.expected("at least one target"));
            return None;
        }
        if let Some(more) = items.get(Targets::MOST) {
            let fault = Fault::new(format!("{} targets are too many", items.len()));
            report.fault(more.spot, fault.expected(format!("at most {}", Targets::MOST)));
        }
        let one = |item: &Node| {
            let place = Place { key: item.spot, value: item.spot };
            match RawEnd::read(item, report) {
                Some(value) => Field::Is(At { value, place }),
                None => Field::Wrong(place),
            }
        };
        Some(Self { ends: items.iter().take(Targets::MOST).map(one).collect(), is_list: true })
    }
}

impl JsonSchema for RawEnds {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Targets".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let end = generator.subschema_for::<RawEnd>();
        let list = json_schema!({
            "type": "array", "items": end, "minItems": 1, "maxItems": Targets::MOST,
        });
        json_schema!({ "anyOf": [end, list] })
    }
}

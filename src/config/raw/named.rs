//! Tables of named tables: `[bridge.NAME]`, `[identity.NAME]`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::config::read::Read;
use crate::config::report::{Fault, Report, Spot};
use crate::config::tree::Node;

/// Named tables in the order of the text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Named<T>(pub(crate) Vec<One<T>>);

/// One of them; `table` is `None` where it could not be read at all.
#[derive(Debug, Clone)]
pub(crate) struct One<T> {
    pub(crate) name: String,
    pub(crate) spot: Spot,
    pub(crate) table: Option<T>,
}

/// What names are made of; they become labels in metrics and words in logs.
fn is_label(name: &str) -> bool {
    (1..=63).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

impl<T: Read> Read for Named<T> {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        let table = report.table(node, "a table of named tables")?;
        let mut all = Vec::with_capacity(table.entries.len());
        for entry in &table.entries {
            if !is_label(&entry.key) {
                let fault = Fault::new("no good name").expected("1 to 63 of `A-Z a-z 0-9 . _ -`");
                report.fault(entry.key_spot, fault);
            }
            all.push(One {
                name: entry.key.clone(),
                spot: entry.key_spot,
                table: T::read(&entry.node, report),
            });
        }
        Some(Self(all))
    }
}

impl<T: JsonSchema> JsonSchema for Named<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Named_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "propertyNames": { "pattern": "^[A-Za-z0-9._-]{1,63}$" },
            "additionalProperties": generator.subschema_for::<T>(),
        })
    }
}

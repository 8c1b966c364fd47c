//! From the tree to typed values: one trait, and what all types share.
//!
//! A type reads itself from one node and says what is wrong with it; it knows
//! nothing of its neighbours. What depends on other keys is settled later, in
//! [`super::resolve`].

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

use super::report::{Fault, Report, Spot};
use super::tree::{Entry, Node, Value};

/// A type that a key can have.
pub(crate) trait Read: Sized {
    /// Reads a value; `None` means that the report has been told why not.
    fn read(node: &Node, report: &mut Report) -> Option<Self>;
}

/// What a table says about one key.
#[derive(Debug, Clone, Default)]
pub(crate) enum Field<T> {
    /// Nothing.
    #[default]
    Absent,
    /// Something that could not be read; the report has been told.
    Wrong(Place),
    /// A value.
    Is(At<T>),
}

/// Where a key and its value stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) key: Spot,
    pub(crate) value: Spot,
}

/// A value and its place.
#[derive(Debug, Clone)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) place: Place,
}

impl<T: Read> Field<T> {
    pub(crate) fn read(entry: &Entry, report: &mut Report) -> Self {
        let place = Place { key: entry.key_spot, value: entry.node.spot };
        match T::read(&entry.node, report) {
            Some(value) => Self::Is(At { value, place }),
            None => Self::Wrong(place),
        }
    }
}

impl<T> Field<T> {
    /// The value, if there is a good one.
    pub(crate) fn get(&self) -> Option<&T> {
        self.at().map(|at| &at.value)
    }

    /// The value and its place, if there is a good one.
    pub(crate) fn at(&self) -> Option<&At<T>> {
        match self {
            Self::Is(at) => Some(at),
            _ => None,
        }
    }

    /// Where it stands, good or bad.
    pub(crate) fn place(&self) -> Option<Place> {
        match self {
            Self::Absent => None,
            Self::Wrong(place) => Some(*place),
            Self::Is(at) => Some(at.place),
        }
    }

    /// Whether it was written at all.
    pub(crate) fn is_given(&self) -> bool {
        !matches!(self, Self::Absent)
    }
}

impl<T: Clone> Field<T> {
    /// The value, or what stands in for it.
    pub(crate) fn or(&self, default: T) -> T {
        self.get().cloned().unwrap_or(default)
    }
}

/// A value that is read once it is known what it must be; `T` is what the
/// schema says it is.
#[derive(Debug, Clone)]
pub(crate) struct Deferred<T> {
    pub(crate) node: Node,
    kind: std::marker::PhantomData<T>,
}

impl<T> Read for Deferred<T> {
    fn read(node: &Node, _: &mut Report) -> Option<Self> {
        Some(Self { node: node.clone(), kind: std::marker::PhantomData })
    }
}

impl<T: JsonSchema> JsonSchema for Deferred<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// One value, or a list of at least one.
#[derive(Debug, Clone, Default)]
pub(crate) struct OneOrMany<T>(pub(crate) Vec<At<T>>);

impl<T> OneOrMany<T> {
    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|at| &at.value)
    }
}

impl<T: Read> Read for OneOrMany<T> {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        let items = match &node.value {
            Value::Array(items) if items.is_empty() => {
                report.fault(
                    node.spot,
                    Fault::new("an empty list matches nothing").expected("at least one value"),
                );
                return None;
            }
            Value::Array(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let values: Vec<_> = items
            .iter()
            .filter_map(|item| {
                let place = Place { key: item.spot, value: item.spot };
                T::read(item, report).map(|value| At { value, place })
            })
            .collect();
        (values.len() == items.len()).then_some(Self(values))
    }
}

impl<T: JsonSchema> JsonSchema for OneOrMany<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("OneOrMany_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }] })
    }
}

impl Read for bool {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        let value = node.as_bool();
        if value.is_none() {
            report.wrong_type(node, "`true` or `false`");
        }
        value
    }
}

impl Read for String {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        let Some(text) = node.as_text() else {
            report.wrong_type(node, "a string");
            return None;
        };
        if text.contains("-----BEGIN ") {
            report.fault(
                node.spot,
                Fault::new("a certificate or key itself, which belongs into a file")
                    .expected("the file's path"),
            );
            return None;
        }
        if text.is_empty() || text.chars().any(char::is_control) {
            report.fault(
                node.spot,
                Fault::new("empty, or with a control character in it").expected("some text"),
            );
            return None;
        }
        Some(text.to_owned())
    }
}

/// Reads a string with a parser, and notes the parser's complaint.
pub(crate) fn read_text<T>(
    node: &Node,
    report: &mut Report,
    expected: &str,
    parse: impl FnOnce(&str) -> Result<T, Fault>,
) -> Option<T> {
    let Some(text) = node.as_text() else {
        report.wrong_type(node, expected);
        return None;
    };
    match parse(text) {
        Ok(value) => Some(value),
        Err(fault) => {
            report.fault_in_text(node.spot, text, fault);
            None
        }
    }
}

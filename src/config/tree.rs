//! TOML as a tree in which everything knows its place.
//!
//! `serde` stops at the first wrong value and loses places in tables that are
//! flattened or tagged; this tree is walked by hand instead. It also holds what
//! the command line's comma options say, as [`Value::Bare`] words that fit
//! whatever type is asked for.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::report::{Fault, Report, Spot};

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) spot: Spot,
    pub(crate) value: Value,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// A TOML string.
    Text(String),
    /// A word of the command line without quotes: a string, a boolean or a
    /// number, as it fits.
    Bare(String),
    /// An integer that fits into 64 bits, and the base that it was written in.
    Integer { value: i64, radix: u32 },
    /// true or false.
    Boolean(bool),
    /// A list.
    Array(Vec<Node>),
    /// A table.
    Table(Table),
    /// A type that no key of ours takes, by its name.
    Other(&'static str),
}

/// A table in the order of the text.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Table {
    pub(crate) entries: Vec<Entry>,
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_spot: Spot,
    pub(crate) node: Node,
}

impl Node {
    /// A string, quoted or bare.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) | Value::Bare(text) => Some(text),
            _ => None,
        }
    }

    /// A boolean, or the bare word for one.
    pub(crate) fn as_bool(&self) -> Option<bool> {
        match &self.value {
            Value::Boolean(value) => Some(*value),
            Value::Bare(word) => word.parse().ok(),
            _ => None,
        }
    }

    /// An integer, or the bare digits of one (decimal, or `0o` and octal).
    pub(crate) fn as_integer(&self) -> Option<(i64, u32)> {
        match &self.value {
            Value::Integer { value, radix } => Some((*value, *radix)),
            Value::Bare(word) => match word.strip_prefix("0o") {
                Some(digits) => i64::from_str_radix(digits, 8).ok().map(|value| (value, 8)),
                None => word.parse().ok().map(|value| (value, 10)),
            },
            _ => None,
        }
    }

    /// A table.
    pub(crate) fn as_table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// What it is, for a sentence that begins with "found".
    pub(crate) fn type_name(&self) -> &'static str {
        match &self.value {
            Value::Text(_) => "a string",
            Value::Bare(_) => "a word",
            Value::Integer { .. } => "an integer",
            Value::Boolean(_) => "a boolean",
            Value::Array(_) => "a list",
            Value::Table(_) => "a table",
            Value::Other(name) => name,
        }
    }
}

impl Table {
    /// Adds an entry; a key that is there already becomes a list.
    pub(crate) fn add(&mut self, entry: Entry) {
        let Some(known) = self.entries.iter_mut().find(|known| known.key == entry.key) else {
            self.entries.push(entry);
            return;
        };
        match &mut known.node.value {
            Value::Array(items) => items.push(entry.node),
            _ => {
                let spot = Spot { end: entry.node.spot.end, ..known.node.spot };
                let first = known.node.clone();
                known.node = Node { spot, value: Value::Array(vec![first, entry.node]) };
            }
        }
    }
}

/// Reads a TOML document. Syntax errors go to the report, all that the parser
/// can tell apart; the tree holds what could be read in spite of them.
pub(crate) fn document(report: &mut Report, source: usize, text: &str) -> Node {
    let (table, errors) = DeTable::parse_recoverable(text);
    syntax_errors(report, source, 0, text, &errors);
    let spot = Spot { source, start: 0, end: 0 };
    Node { spot, value: Value::Table(table_of(source, 0, table.get_ref())) }
}

/// Reads one TOML value that stands at byte `offset` of a source.
pub(crate) fn inline_value(report: &mut Report, source: usize, offset: usize, text: &str) -> Node {
    let (value, errors) = DeValue::parse_recoverable(text);
    syntax_errors(report, source, offset, text, &errors);
    node_of(source, offset, &value)
}

fn syntax_errors(
    report: &mut Report,
    source: usize,
    offset: usize,
    text: &str,
    errors: &[toml::de::Error],
) {
    for error in errors {
        let span = error.span().unwrap_or(0..text.len());
        let spot = Spot { source, start: offset + span.start, end: offset + span.end };
        report.fault(spot, syntax_fault(error.message()));
    }
}

const TWICE: &str = "not TOML: duplicate key";
const UNQUOTED: &str = "not TOML: string values must be quoted";

/// The parser's complaint, as far as it helps whoever is no parser.
fn syntax_fault(message: &str) -> Fault {
    let (message, expected) = message.split_once(", expected ").unwrap_or((message, ""));
    let fault = Fault::new(format!("not TOML: {message}"));
    match fault.message.as_str() {
        TWICE => fault.expected("each key once in its table"),
        UNQUOTED => fault.expected("quotes around it"),
        _ => fault.expected(expected),
    }
}

/// How much a mistake leaves in doubt of what was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// Nothing: of a key that is there twice, the first is read.
    Nothing,
    /// What stands on its line.
    Line,
    /// What seems to be missing as well.
    All,
}

/// Of one that [`document`] has noted.
pub(crate) fn doubt(fault: &Fault) -> Doubt {
    match fault.message.as_str() {
        TWICE => Doubt::Nothing,
        UNQUOTED => Doubt::Line,
        _ => Doubt::All,
    }
}

fn node_of(source: usize, offset: usize, spanned: &Spanned<DeValue<'_>>) -> Node {
    let value = match spanned.get_ref() {
        DeValue::String(text) => Value::Text(text.clone().into_owned()),
        DeValue::Integer(integer) => integer_of(integer.as_str(), integer.radix()),
        DeValue::Boolean(value) => Value::Boolean(*value),
        DeValue::Array(items) => {
            Value::Array(items.iter().map(|item| node_of(source, offset, item)).collect())
        }
        DeValue::Table(table) => Value::Table(table_of(source, offset, table)),
        DeValue::Float(_) => Value::Other("a number with a fraction"),
        DeValue::Datetime(_) => Value::Other("a date or time"),
    };
    Node { spot: spot_of(source, offset, spanned.span()), value }
}

fn table_of(source: usize, offset: usize, table: &DeTable<'_>) -> Table {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().clone().into_owned(),
            key_spot: spot_of(source, offset, key.span()),
            node: node_of(source, offset, value),
        })
        .collect();
    entries.sort_by_key(|entry| entry.key_spot.start);
    Table { entries }
}

fn integer_of(digits: &str, radix: u32) -> Value {
    match i64::from_str_radix(digits, radix) {
        Ok(value) => Value::Integer { value, radix },
        Err(_) => Value::Other("an integer beyond 64 bits"),
    }
}

fn spot_of(source: usize, offset: usize, span: std::ops::Range<usize>) -> Spot {
    Spot { source, start: offset + span.start, end: offset + span.end }
}

//! An address on the command line: `ADDRESS[,key=value]...`.
//!
//! Commas inside brackets, braces and quotes do not split, and `\,` is a comma.
//! A value that begins with a bracket, a brace or a quote is TOML; any other is
//! a bare word that fits whatever its key takes.

use std::ops::Range;

use super::raw::RawEndTable;
use super::report::{Fault, Report, Spot};
use super::suggest::did_you_mean;
use super::tree::{self, Entry, Node, Table, Value};

/// The argument as the table that a file would hold.
pub(crate) fn end_of_argument(report: &mut Report, source: usize, text: &str) -> Node {
    let mut pieces = split(text).into_iter();
    let whole = Spot { source, start: 0, end: text.len() };
    let address = pieces.next().unwrap_or(0..text.len());
    let spot = Spot { source, start: address.start, end: address.end };
    let node = Node { spot, value: Value::Bare(unquoted_address(&text[address])) };
    let mut table =
        Table { entries: vec![Entry { key: "address".to_owned(), key_spot: spot, node }] };
    for piece in pieces {
        if let Some(entry) = option(report, source, text, piece) {
            push_once(report, &mut table, entry);
        }
    }
    Node { spot: whole, value: Value::Table(table) }
}

fn push_once(report: &mut Report, table: &mut Table, entry: Entry) {
    if table.entries.iter().any(|known| known.key == entry.key) {
        let fault = Fault::new(format!("`{}` is given twice", entry.key));
        report.fault(entry.key_spot, fault.expected("each option once"));
        return;
    }
    table.entries.push(entry);
}

fn option(report: &mut Report, source: usize, text: &str, piece: Range<usize>) -> Option<Entry> {
    let written = &text[piece.clone()];
    let Some(equals) = written.find('=') else {
        report.fault(Spot { source, start: piece.start, end: piece.end }, no_value(written));
        return None;
    };
    let key = written[..equals].trim();
    let key_start = piece.start + written.find(key).unwrap_or(0);
    let key_spot = Spot { source, start: key_start, end: key_start + key.len() };
    let value = written[equals + 1..].trim();
    let at = piece.end - written[equals + 1..].trim_start().len();
    let node = if value.starts_with(['[', '{', '"', '\'']) {
        tree::inline_value(report, source, at, value)
    } else {
        let spot = Spot { source, start: at, end: at + value.len() };
        Node { spot, value: Value::Bare(value.replace(r"\,", ",")) }
    };
    Some(Entry { key: key.to_owned(), key_spot, node })
}

fn no_value(written: &str) -> Fault {
    let word = written.trim();
    let fault = Fault::new("an option without a value").expected("`key=value` after each comma");
    if RawEndTable::KEYS.contains(&word) {
        return fault.hint(format!("write `{word}=...`"));
    }
    match did_you_mean(word, RawEndTable::KEYS.iter().copied()) {
        Some(hint) => fault.hint(hint),
        None => fault.hint(r"a comma that belongs to the address is written `\,`"),
    }
}

/// `unix:"/a,b"` and `unix:/a\,b` are the path `/a,b`.
fn unquoted_address(text: &str) -> String {
    if let Some((scheme, rest)) = text.split_once(':')
        && rest.len() >= 2
    {
        for quote in ['"', '\''] {
            if rest.starts_with(quote) && rest.ends_with(quote) {
                return format!("{scheme}:{}", &rest[1..rest.len() - 1]);
            }
        }
    }
    text.replace(r"\,", ",")
}

/// Where the splitter is: how deep in brackets, and in which quotes.
#[derive(Debug, Default)]
struct Place {
    depth: usize,
    quote: Option<char>,
    in_address: bool,
}

impl Place {
    /// Takes one character; true when it is a comma that splits.
    fn splits_at(&mut self, c: char, before: Option<char>) -> bool {
        match (self.quote, c) {
            (Some(quote), _) if c == quote && (quote == '\'' || before != Some('\\')) => {
                self.quote = None;
            }
            (Some(_), _) => {}
            (None, '"' | '\'') if self.depth > 0 || matches!(before, Some('=' | ':')) => {
                self.quote = Some(c);
            }
            // A path may hold a lone bracket; only values are nested.
            (None, '[' | '{') if !self.in_address => self.depth += 1,
            (None, ']' | '}') if !self.in_address => self.depth = self.depth.saturating_sub(1),
            (None, ',') => return self.depth == 0 && before != Some('\\'),
            _ => {}
        }
        false
    }
}

fn split(text: &str) -> Vec<Range<usize>> {
    let mut place = Place { in_address: true, ..Place::default() };
    let (mut pieces, mut start, mut before) = (Vec::new(), 0, None);
    for (at, c) in text.char_indices() {
        if place.splits_at(c, before) {
            pieces.push(start..at);
            start = at + 1;
            place.in_address = false;
        }
        before = Some(c);
    }
    pieces.push(start..text.len());
    pieces
}

#[cfg(test)]
mod tests;

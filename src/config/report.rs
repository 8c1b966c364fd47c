//! Collects mistakes while a configuration is read.
//!
//! Reading never stops at the first mistake: whoever finds one says so here and
//! goes on with whatever stands in for the bad value. Nothing that was built
//! from a report with mistakes in it may leave this layer; [`Report::finish`]
//! sees to that.

use std::fmt;
use std::ops::Range;

use super::diagnostics::{Diagnostic, Diagnostics, Source};
use super::tree::{Node, Table};

/// A stretch of bytes of one of the texts that are being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Spot {
    /// Which text: an index into the report's sources.
    pub source: usize,
    /// Its first byte.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
}

/// What is wrong with one value, without its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Fault {
    /// One sentence without a full stop.
    pub message: String,
    /// What would have been right; empty where the message says it.
    pub expected: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The part of the value that is wrong, in bytes of the value's text.
    pub part: Option<Range<usize>>,
}

impl Fault {
    /// A mistake that says what is wrong.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), expected: String::new(), hint: None, part: None }
    }

    /// Says what would have been right.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = expected.into();
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds a hint where there is one.
    #[must_use]
    pub fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hint = self.hint.or(hint);
        self
    }

    /// Narrows the mistake to a part of the value's text.
    #[must_use]
    pub fn part(mut self, part: Range<usize>) -> Self {
        self.part = Some(part);
        self
    }
}

/// One line, for a command line's own argument errors.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if !self.expected.is_empty() {
            write!(f, "; expected {}", self.expected)?;
        }
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

/// The texts read so far and the mistakes found in them.
#[derive(Debug, Default)]
pub(crate) struct Report {
    sources: Vec<Source>,
    found: Vec<(Spot, Fault)>,
}

impl Report {
    /// Takes in a text; spots in it carry the number that is returned.
    pub(crate) fn add_source(&mut self, name: impl Into<String>, text: impl Into<String>) -> usize {
        self.sources.push(Source::new(name.into(), text.into()));
        self.sources.len() - 1
    }

    /// The number that the next source will get.
    pub(crate) fn next_source(&self) -> usize {
        self.sources.len()
    }

    /// Notes a mistake at a place.
    pub(crate) fn fault(&mut self, spot: Spot, fault: Fault) {
        self.found.push((spot, fault));
    }

    /// Notes a mistake in a string value, at the part of it that is wrong if
    /// the string stands in the text as it is, without escapes.
    pub(crate) fn fault_in_text(&mut self, spot: Spot, value: &str, mut fault: Fault) {
        let at = fault.part.take().and_then(|part| self.narrow(spot, value, part));
        self.fault(at.unwrap_or(spot), fault);
    }

    fn narrow(&self, spot: Spot, value: &str, part: Range<usize>) -> Option<Spot> {
        let written = self.sources.get(spot.source)?.text.get(spot.start..spot.end)?;
        let quote = usize::from(written.starts_with(['"', '\'']));
        let inner = written.get(quote..written.len().checked_sub(quote)?)?;
        let fits = inner == value && part.start < part.end && part.end <= value.len();
        fits.then(|| Spot {
            source: spot.source,
            start: spot.start + quote + part.start,
            end: spot.start + quote + part.end,
        })
    }

    /// The table in a node, or a mistake.
    pub(crate) fn table<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n Table> {
        let table = node.as_table();
        if table.is_none() {
            self.wrong_type(node, what);
        }
        table
    }

    /// Notes that a value has the wrong TOML type.
    pub(crate) fn wrong_type(&mut self, node: &Node, expected: &str) {
        let found = node.type_name();
        self.fault(node.spot, Fault::new(format!("wrong type: {found}")).expected(expected));
    }

    /// The lines that have such mistakes on them: source and line.
    pub(crate) fn lines(&self, such: impl Fn(&Fault) -> bool) -> Vec<(usize, usize)> {
        let found = self.found.iter().filter(|(_, fault)| such(fault));
        found.map(|(spot, _)| self.line_of(*spot)).collect()
    }

    /// Drops the mistakes after the first `mark` whose line is not to be
    /// trusted (what a broken line seems to say is not to be judged), and those
    /// about values that the parser made up to go on with.
    pub(crate) fn forget_lines(&mut self, mark: usize, doubted: impl Fn((usize, usize)) -> bool) {
        let mut late = self.found.split_off(mark);
        late.retain(|(spot, _)| spot.start < spot.end && !doubted(self.line_of(*spot)));
        self.found.append(&mut late);
    }

    /// How many mistakes there are.
    pub(crate) fn count(&self) -> usize {
        self.found.len()
    }

    fn line_of(&self, spot: Spot) -> (usize, usize) {
        let line = self.sources.get(spot.source).map_or(1, |text| text.line(spot.start));
        (spot.source, line)
    }

    /// Hands out what was built, if no mistake was found on the way.
    ///
    /// # Errors
    /// All mistakes, in the order of the texts.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Diagnostics> {
        match value {
            Some(value) if self.found.is_empty() => Ok(value),
            _ => Err(self.into_diagnostics()),
        }
    }

    /// All mistakes, in the order of the texts.
    pub(crate) fn into_diagnostics(mut self) -> Diagnostics {
        self.found.sort_by_key(|(spot, _)| (spot.source, spot.start, spot.end));
        self.found.dedup();
        Diagnostics::new(self.sources, self.found.into_iter().map(into_diagnostic))
    }
}

fn into_diagnostic((spot, fault): (Spot, Fault)) -> Diagnostic {
    Diagnostic::new(spot.source, spot.start..spot.end, fault)
}

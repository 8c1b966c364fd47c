//! What is wrong with a configuration: the list that people and programs read.
//!
//! A list is never empty, and each entry knows its file, line and column. How
//! it looks on a terminal is the business of [`super::render`].

use std::fmt;
use std::ops::Range;

use super::render;
use super::report::Fault;

/// A text that was read: a file, or an argument of the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) text: String,
    /// Where each line begins: a file of noise has as many mistakes as lines.
    line_starts: Vec<usize>,
}

impl Source {
    pub(crate) fn new(name: String, text: String) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        Self { name, text, line_starts }
    }

    /// The number of the line, from 1, that a byte stands on.
    pub(crate) fn line(&self, at: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= at).max(1)
    }

    /// The bytes of a line, without its end.
    pub(crate) fn bytes_of(&self, line: usize) -> Range<usize> {
        let start = self.line_starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let end = self.line_starts.get(line).map_or(self.text.len(), |next| next - 1);
        let carriage_return = self.text.get(start..end).is_some_and(|line| line.ends_with('\r'));
        start..end - usize::from(carriage_return)
    }

    /// How many characters begin in a stretch of bytes.
    fn characters(&self, bytes: Range<usize>) -> usize {
        let end = bytes.end.min(self.text.len());
        let bytes = &self.text.as_bytes()[bytes.start.min(end)..end];
        // All bytes of UTF-8 but those that continue a character.
        bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
    }
}

/// One mistake; each of them keeps the configuration from being used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file's name as it was given, or which argument it is.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What would have been right; empty where the message says it.
    pub expected: String,
    /// What to do about it.
    pub hint: Option<String>,
    pub(crate) source: usize,
    pub(crate) span: Range<usize>,
}

impl Diagnostic {
    pub(crate) fn new(source: usize, span: Range<usize>, fault: Fault) -> Self {
        Self {
            file: String::new(),
            line: 1,
            column: 1,
            message: fault.message,
            expected: fault.expected,
            hint: fault.hint,
            source,
            span,
        }
    }
}

/// Says of each mistake where it stands. They come in the order of the texts,
/// so that each line is counted once, however many mistakes are on it.
fn place(list: &mut [Diagnostic], sources: &[Source]) {
    let (mut place, mut at, mut column) = ((usize::MAX, 0), 0, 1);
    for one in list {
        let Some(source) = sources.get(one.source) else { continue };
        let line = source.line(one.span.start);
        if place != (one.source, line) || one.span.start < at {
            (place, at, column) = ((one.source, line), source.bytes_of(line).start, 1);
        }
        column += source.characters(at..one.span.start);
        at = one.span.start;
        one.file.clone_from(&source.name);
        (one.line, one.column) = (line, column);
    }
}

/// Everything that is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostics {
    pub(crate) sources: Vec<Source>,
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    pub(crate) fn new(sources: Vec<Source>, list: impl Iterator<Item = Diagnostic>) -> Self {
        let mut list: Vec<_> = list.collect();
        place(&mut list, &sources);
        Self { sources, list }
    }

    /// The mistakes, in the order of the texts.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }

    /// How many there are; never 0.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Always false: a list without mistakes is not made.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// As [`fmt::Display`] writes it, with colours for a terminal.
    pub fn coloured(&self) -> String {
        render::render(self, render::Look::Coloured)
    }

    /// `3 mistakes in pipeferry.toml`
    pub(crate) fn count_line(&self) -> String {
        let mut places: Vec<&str> = self.list.iter().map(|one| one.file.as_str()).collect();
        places.dedup();
        let count = self.list.len();
        let noun = if count == 1 { "mistake" } else { "mistakes" };
        format!("{count} {noun} in {}", places.join(" and "))
    }
}

/// Each mistake with its text underlined, and a line that counts them.
impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&render::render(self, render::Look::Plain))
    }
}

impl std::error::Error for Diagnostics {}

#[cfg(test)]
mod tests;

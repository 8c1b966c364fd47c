//! Draws mistakes for a terminal: the line, the text underlined, the hint.
//!
//! Only the line that a mistake stands on is handed to the drawing crate, so
//! that a long file with many mistakes takes time in proportion to both.

use std::ops::Range;

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet, normalize_untrusted_str,
};

use super::diagnostics::{Diagnostic, Diagnostics, Source};
use super::secrets;

/// A file of noise has more mistakes than anybody reads.
const MOST_SHOWN: usize = 200;

/// Bytes of a line above which it is no line that people wrote, and is not shown.
const LONGEST_SHOWN: usize = 4096;

/// With or without colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    Plain,
    Coloured,
}

/// All mistakes, an empty line after each, then the line that counts them.
pub(crate) fn render(diagnostics: &Diagnostics, look: Look) -> String {
    let renderer = match look {
        Look::Plain => Renderer::plain(),
        Look::Coloured => Renderer::styled(),
    };
    let mut text = String::new();
    for diagnostic in diagnostics.iter().take(MOST_SHOWN) {
        if let Some(source) = diagnostics.sources.get(diagnostic.source) {
            text.push_str(&renderer.render(&[group(diagnostic, source)]));
            text.push_str("\n\n");
        }
    }
    if let Some(more @ 1..) = diagnostics.len().checked_sub(MOST_SHOWN) {
        text.push_str(&format!("... and {more} more\n\n"));
    }
    text.push_str(&diagnostics.count_line());
    text
}

fn group<'a>(diagnostic: &'a Diagnostic, source: &'a Source) -> Group<'a> {
    let title = Level::ERROR.primary_title(normalize_untrusted_str(&diagnostic.message));
    let line = source.bytes_of(diagnostic.line);
    let group = if line.len() > LONGEST_SHOWN {
        let origin = Origin::path(source.name.as_str()).line(diagnostic.line);
        title.element(origin.char_column(diagnostic.column))
    } else {
        title.element(snippet(diagnostic, source, line))
    };
    match &diagnostic.hint {
        Some(hint) => group.element(Level::HELP.message(normalize_untrusted_str(hint))),
        None => group,
    }
}

/// A mistake's line with the mistake underlined; of one over many lines, the
/// first.
fn snippet<'a>(
    diagnostic: &'a Diagnostic,
    source: &'a Source,
    line: Range<usize>,
) -> Snippet<'a, Annotation<'a>> {
    let within = |at: usize| at.clamp(line.start, line.end) - line.start;
    let span = within(diagnostic.span.start)..within(diagnostic.span.end);
    let label = match diagnostic.expected.as_str() {
        "" => String::new(),
        expected => format!("expected {}", normalize_untrusted_str(expected)),
    };
    Snippet::source(secrets::masked(&source.text, line))
        .path(source.name.as_str())
        .line_start(diagnostic.line)
        .annotation(AnnotationKind::Primary.span(span).label(label))
}

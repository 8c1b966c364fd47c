//! Draws mistakes for a terminal: the line, the text underlined, the hint.
//!
//! Only the lines that a mistake touches are handed to the drawing crate, so
//! that a long file with many mistakes takes time in proportion to both.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, normalize_untrusted_str};

use super::diagnostics::{Diagnostic, Diagnostics, Source};

/// A file of noise has more mistakes than anybody reads.
const MOST_SHOWN: usize = 200;

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
    // A mistake over many lines is shown by its first one.
    let first = source.line(diagnostic.span.start);
    let lines = source.bytes_of(first);
    let shown = &source.text[lines.clone()];
    let span = (diagnostic.span.start.clamp(lines.start, lines.end) - lines.start)
        ..(diagnostic.span.end.clamp(lines.start, lines.end) - lines.start);
    let label = match diagnostic.expected.as_str() {
        "" => String::new(),
        expected => format!("expected {}", normalize_untrusted_str(expected)),
    };
    let snippet = Snippet::source(shown)
        .path(source.name.as_str())
        .line_start(first)
        .annotation(AnnotationKind::Primary.span(span).label(label));
    let group =
        Level::ERROR.primary_title(normalize_untrusted_str(&diagnostic.message)).element(snippet);
    match &diagnostic.hint {
        Some(hint) => group.element(Level::HELP.message(normalize_untrusted_str(hint))),
        None => group,
    }
}

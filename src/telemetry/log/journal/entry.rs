//! An event as the journal takes it: `NAME=value` lines, and values of several
//! lines with their length before them.

use std::fmt::{Debug, Write as _};

use tracing::field::{Field, Visit};
use tracing::span::Attributes;
use tracing::{Event, Level};
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::Writer;

use crate::telemetry::log::cut::cut;
use crate::telemetry::log::fields::escaped;

/// The most bytes of one value; what is longer ends in `…`.
const LONGEST: usize = 16 << 10;
/// Values behind this many bytes are left out: a datagram has its limit, and
/// nobody has set it lower than twice that.
const MOST: usize = 80 << 10;
/// The journal's own limit for a name.
const LONGEST_NAME: usize = 64;

/// The prefix of our own fields.
const PREFIX: &str = "PIPEFERRY_";

/// syslog's number.
const fn priority(level: Level) -> &'static str {
    match level {
        Level::ERROR => "3",
        Level::WARN => "4",
        Level::INFO => "6",
        Level::DEBUG | Level::TRACE => "7",
    }
}

/// Fields in the journal's form.
pub(super) struct Entry(Vec<u8>);

/// Those of a span, which what happens in it has as well.
pub(super) struct SpanFields(Entry);

impl SpanFields {
    pub fn of(attributes: &Attributes<'_>) -> Self {
        let mut fields = Entry(Vec::new());
        attributes.record(&mut fields);
        Self(fields)
    }
}

impl Entry {
    /// The entry for an event. MESSAGE is the line as text has it, so that a
    /// plain `journalctl` shows all of it.
    pub fn of(event: &Event<'_>) -> Self {
        let mut entry = Self(Vec::with_capacity(1024));
        let mut message = String::new();
        // What can not be formatted is missing, and the fields are still there.
        let _ = escaped().format_fields(Writer::new(&mut message), event);
        entry.add("PRIORITY", priority(*event.metadata().level()));
        entry.add("SYSLOG_IDENTIFIER", "pipeferry");
        entry.add("MESSAGE", &message);
        entry.add("PIPEFERRY_MODULE", event.metadata().target());
        event.record(&mut entry);
        entry
    }

    /// As they are sent.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// A span's fields too.
    pub fn add_all(&mut self, SpanFields(fields): &SpanFields) {
        if self.0.len() + fields.0.len() <= MOST {
            self.0.extend_from_slice(&fields.0);
        }
    }

    fn add(&mut self, name: &str, value: &str) {
        if self.0.len() > MOST {
            return;
        }
        let rest = if value.len() > LONGEST { "…" } else { "" };
        let value = cut(value, LONGEST);
        self.0.extend_from_slice(name.as_bytes());
        if value.contains('\n') {
            let length = (value.len() + rest.len()) as u64;
            self.0.push(b'\n');
            self.0.extend_from_slice(&length.to_le_bytes());
        } else {
            self.0.push(b'=');
        }
        self.0.extend_from_slice(value.as_bytes());
        self.0.extend_from_slice(rest.as_bytes());
        self.0.push(b'\n');
    }
}

/// `bytes_to_target` is PIPEFERRY_BYTES_TO_TARGET: the journal takes capitals,
/// digits and `_`.
fn name_of(field: &Field) -> String {
    let own = field.name().chars().map(|c| match c.to_ascii_uppercase() {
        c if c.is_ascii_uppercase() || c.is_ascii_digit() => c,
        _ => '_',
    });
    PREFIX.chars().chain(own).take(LONGEST_NAME).collect()
}

impl Visit for Entry {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() != "message" {
            self.add(&name_of(field), value);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let mut text = String::new();
        // Only `value` itself can fail, and then what it wrote will do.
        let _ = write!(text, "{value:?}");
        self.record_str(field, &text);
    }
}

//! The log goes to systemd's journal with its fields, so that `journalctl`
//! finds a connection by its id and a bridge by its name.
//!
//! By the journal's own protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): one
//! datagram an event. `tracing-journald` sends from whoever logs, who waits when
//! the journal does; here the queue's thread sends.

mod entry;
mod socket;

use std::ffi::OsStr;
use std::io;
use std::os::fd::AsFd;

use tracing::span::{Attributes, Id};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use self::entry::{Entry, SpanFields};
use self::socket::Socket;
use super::queue::{LineQueue, Waiting};

/// Whether what is written to `file` goes to the journal: systemd then says its
/// device and inode in JOURNAL_STREAM. Under another number it was left over
/// by a parent whose output went elsewhere.
pub(super) fn is_at(file: impl AsFd, journal_stream: Option<&OsStr>) -> bool {
    let named = journal_stream.and_then(OsStr::to_str).and_then(|text| text.split_once(':'));
    let Some((device, inode)) = named else { return false };
    rustix::fs::fstat(file)
        .is_ok_and(|stat| device.parse() == Ok(stat.st_dev) && inode.parse() == Ok(stat.st_ino))
}

/// Whether the journal is there to be sent to.
///
/// # Errors
/// The system's.
pub(super) fn check() -> io::Result<()> {
    Socket::new(socket::PLACE)?.check()
}

/// Starts the thread that sends to the journal.
pub(super) fn start() -> io::Result<LineQueue> {
    LineQueue::start_for(Socket::new(socket::PLACE)?, Waiting::Entries)
}

/// The layer that puts events into the journal's form.
pub(super) struct Journal(pub LineQueue);

impl<S: Subscriber + for<'span> LookupSpan<'span>> Layer<S> for Journal {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, cx: Context<'_, S>) {
        if let Some(span) = cx.span(id) {
            span.extensions_mut().insert(SpanFields::of(attributes));
        }
    }

    fn on_event(&self, event: &Event<'_>, cx: Context<'_, S>) {
        let mut entry = Entry::of(event);
        for span in cx.event_scope(event).into_iter().flatten() {
            if let Some(fields) = span.extensions().get() {
                entry.add_all(fields);
            }
        }
        self.0.push(entry.bytes());
    }
}

#[cfg(test)]
mod tests;

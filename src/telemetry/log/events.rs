//! Warnings and errors, and a service's start and stop, to the log that the
//! machine's administrators read: the Windows Event Log.
//!
//! Reporting there is a call to another process, so a thread of its own does
//! it; what finds no room in its queue is dropped. [`super::flood`] holds back
//! what repeats itself. `log.level` has no say here.

use std::fmt::{self, Debug, Write as _};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{io, thread};

use tracing::callsite::Identifier;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use super::cut::cut;
use super::flood::{Flood, Limits};
use super::repeats;

/// The `tracing` target of what a service says about its own life: reported at
/// level info too.
pub const SERVICE: &str = "pipeferry::service";

/// The most events that wait.
const WAITING: usize = 64;
/// The most bytes of one event's text. The system takes 31,839 characters.
const LONGEST: usize = 16 << 10;
/// Of one place in the program, and of all.
const LIMITS: Limits = Limits { period: Duration::from_secs(60), of_one: 5, of_all: 60 };

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// A start or a stop.
    Information,
    /// It goes on.
    Warning,
    /// It does not.
    Error,
}

/// Where events go.
pub trait EventSink: Send + 'static {
    /// Reports one, and may take its time. There is nobody to tell of a failure.
    fn report(&mut self, severity: Severity, text: &str);
}

/// The layer that picks events and puts them into words; clones are the same.
#[derive(Clone)]
pub(super) struct Events(Arc<Mutex<State>>);

struct State {
    /// `None` after the end.
    queue: Option<SyncSender<(Severity, String)>>,
    flood: Flood<Identifier>,
}

/// Ends the reporting.
#[derive(Clone)]
pub(super) struct Reporter {
    events: Events,
    finished: Arc<Mutex<Receiver<()>>>,
}

/// Starts the thread that reports to `sink`.
pub(super) fn start(mut sink: impl EventSink) -> io::Result<(Events, Reporter)> {
    let (queue, queued) = sync_channel::<(Severity, String)>(WAITING);
    let (finish, finished) = sync_channel::<()>(1);
    thread::Builder::new().name("event-log".to_owned()).spawn(move || {
        queued.iter().for_each(|(severity, text)| sink.report(severity, &text));
        // Dropped here, which is what the end waits for.
        drop(finish);
    })?;
    let state = State { queue: Some(queue), flood: Flood::new(LIMITS, Instant::now()) };
    let events = Events(Arc::new(Mutex::new(state)));
    Ok((events.clone(), Reporter { events, finished: Arc::new(Mutex::new(finished)) }))
}

impl Reporter {
    /// Ends it: waits until all is reported, but not longer than `limit`.
    pub fn close(&self, limit: Duration) {
        self.events.lock().end();
        let finished = self.finished.lock().unwrap_or_else(PoisonError::into_inner);
        // Either way it is the end.
        let _ = finished.recv_timeout(limit);
    }
}

impl Debug for Reporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reporter")
    }
}

impl State {
    /// Says what was held back and not told, and lets the thread come to its end.
    fn end(&mut self) {
        let untold: u64 = self.flood.take_held_back(None).iter().map(|(_, count)| count).sum();
        let Some(queue) = self.queue.take().filter(|_| untold > 0) else { return };
        let _ = queue.try_send((Severity::Warning, format!("{untold} more events were held back")));
    }
}

impl Events {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether an event of this kind is for the administrators.
pub(super) fn is_reported(metadata: &Metadata<'_>) -> bool {
    let level = *metadata.level();
    // What the lines' limit held back has passed this one's.
    let told_here = metadata.target() == repeats::TARGET;
    (level <= Level::WARN && !told_here) || (level == Level::INFO && metadata.target() == SERVICE)
}

impl<S: Subscriber> Layer<S> for Events {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        if !is_reported(metadata) {
            return;
        }
        let mut state = self.lock();
        if !state.flood.admit(metadata.callsite(), Instant::now()) {
            return;
        }
        let held_back = state.flood.take_of(&metadata.callsite());
        let severity = match *metadata.level() {
            Level::ERROR => Severity::Error,
            Level::WARN => Severity::Warning,
            _ => Severity::Information,
        };
        let text = in_words(event, held_back);
        // A queue that is full drops it: nobody may wait here.
        let _ = state.queue.as_ref().map(|queue| queue.try_send((severity, text)));
    }
}

/// The message, and each field on a line of its own.
fn in_words(event: &Event<'_>, held_back: u64) -> String {
    let mut words = Words::default();
    event.record(&mut words);
    let Words { mut message, fields } = words;
    message.push_str(&fields);
    if held_back > 0 {
        let _ = write!(message, "\n({held_back} more like this were held back)");
    }
    // The system ends a text at a NUL.
    let mut text = message.replace('\0', "\\0");
    if text.len() > LONGEST {
        text.truncate(cut(&text, LONGEST).len());
        text.push_str("...");
    }
    text
}

#[derive(Default)]
struct Words {
    message: String,
    fields: String,
}

impl Words {
    fn add(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        // Writing to a String can not fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value}"),
            name => write!(self.fields, "\n{name}: {value}"),
        };
    }
}

impl Visit for Words {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.add(field, format_args!("{value:?}"));
    }
}

#[cfg(test)]
mod tests;

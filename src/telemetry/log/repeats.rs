//! Warnings that repeat themselves are limited, so that nobody outside can fill
//! the log with them. How many were held back is told: a minute later, and at
//! the end.
//!
//! Only warnings: errors are an operator's own doing, and each of them counts.
//! Never the record of a connection: one line for each is a promise.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::{self, Debug, Write as _};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{io, thread};

use tracing::callsite::Identifier;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use super::cut::cut;
use super::flood::{Flood, Limits};

/// The `tracing` target of what this tells; it is never held back itself.
pub(super) const TARGET: &str = "pipeferry::log";

/// Of one place in the program, for one bridge, identity or listener.
pub(super) const LIMITS: Limits =
    Limits { period: Duration::from_secs(60), of_one: 10, of_all: u32::MAX };

/// The fields that tell whom a warning is about. All have names from the
/// configuration: a client can not make a new kind of warning.
const ABOUT: [&str; 3] = ["bridge", "identity", "listener"];

/// The most bytes that are kept of a text.
const LONGEST: usize = 256;

/// What repeats itself; clones are the same.
#[derive(Clone)]
pub(super) struct Repeats(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    /// Something was held back, or the end has come.
    changed: Condvar,
}

struct State {
    flood: Flood<Kind>,
    /// What those say that were held back and are not told yet.
    texts: HashMap<Kind, String>,
    closed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Kind {
    place: Identifier,
    about: String,
}

/// So many of a kind.
struct HeldBack {
    about: String,
    text: String,
    count: u64,
}

impl Repeats {
    pub fn new() -> Self {
        let flood = Flood::new(LIMITS, Instant::now());
        let state = State { flood, texts: HashMap::new(), closed: false };
        Self(Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() }))
    }

    /// Starts the thread that tells what was held back.
    pub fn start(&self) -> io::Result<()> {
        let shared = Arc::clone(&self.0);
        let tell = move || {
            while let Some(overdue) = shared.wait() {
                overdue.iter().for_each(HeldBack::tell);
            }
        };
        thread::Builder::new().name("log-repeats".to_owned()).spawn(tell).map(drop)
    }

    /// Tells all that is not told yet, and ends the thread.
    pub fn close(&self) {
        let mut state = self.0.lock();
        state.closed = true;
        let rest = state.take(None);
        drop(state);
        self.0.changed.notify_all();
        rest.iter().for_each(HeldBack::tell);
    }

    fn admits(&self, event: &Event<'_>, now: Instant) -> bool {
        let place = event.metadata().callsite();
        let mut about = About(String::new());
        event.record(&mut about);
        let kind = Kind { place, about: about.0 };
        let mut state = self.0.lock();
        if state.flood.admit(kind.clone(), now) {
            return true;
        }
        if let Entry::Vacant(first) = state.texts.entry(kind) {
            first.insert(text_of(event));
            self.0.changed.notify_all();
        }
        false
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there is something to tell; `None` at the end.
    fn wait(&self) -> Option<Vec<HeldBack>> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            let now = Instant::now();
            let overdue = state.take(Some(now));
            if !overdue.is_empty() {
                return Some(overdue);
            }
            state = match state.flood.next_due() {
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(due) => {
                    let waited = self.changed.wait_timeout(state, due.duration_since(now));
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }
}

impl State {
    /// What is due by `now`, or all of it.
    fn take(&mut self, now: Option<Instant>) -> Vec<HeldBack> {
        let due = self.flood.take_held_back(now);
        let with_text = due.into_iter().map(|(kind, count)| {
            let text = self.texts.remove(&kind).unwrap_or_default();
            HeldBack { about: kind.about, text, count }
        });
        with_text.collect()
    }
}

impl HeldBack {
    fn tell(&self) {
        let about = Some(self.about.as_str()).filter(|about| !about.is_empty());
        let (like, held_back) = (self.text.as_str(), self.count);
        tracing::warn!(target: TARGET, held_back, like, about, "warnings were held back");
    }
}

/// A layer behind the limit. It is no `Filter`: one that decides by an event's
/// fields leaves a mark on its thread, by which the next event is lost as well.
pub(super) struct Limited<L> {
    pub layer: L,
    pub repeats: Repeats,
}

impl<S: Subscriber, L: Layer<S>> Layer<S> for Limited<L> {
    fn on_event(&self, event: &Event<'_>, cx: Context<'_, S>) {
        let metadata = event.metadata();
        let limited = *metadata.level() == Level::WARN && metadata.target() != TARGET;
        if !limited || self.repeats.admits(event, Instant::now()) {
            self.layer.on_event(event, cx);
        }
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, cx: Context<'_, S>) {
        self.layer.on_new_span(attributes, id, cx);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, cx: Context<'_, S>) {
        self.layer.on_record(id, values, cx);
    }
}

/// Whom a warning is about.
struct About(String);

impl Visit for About {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if self.0.is_empty() && ABOUT.contains(&field.name()) {
            write_cut(&mut self.0, format_args!("{value:?}"));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }
}

fn text_of(event: &Event<'_>) -> String {
    struct Message(String);
    impl Visit for Message {
        fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
            if field.name() == "message" {
                write_cut(&mut self.0, format_args!("{value:?}"));
            }
        }
    }
    let mut message = Message(String::new());
    event.record(&mut message);
    message.0
}

fn write_cut(text: &mut String, value: fmt::Arguments<'_>) {
    // Writing to a String can not fail.
    let _ = write!(text, "{value}");
    text.truncate(cut(text, LONGEST).len());
}

impl Debug for Repeats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Repeats")
    }
}

#[cfg(test)]
mod tests;

//! Log lines: to standard error, one event a line, never in anybody's way. Where
//! that leads to systemd's journal, events go there with their fields. A
//! service has no standard error: its lines go to a file, and what matters to
//! the machine's administrators to the system's event log too.
//!
//! The level comes from the configuration or the command line; `RUST_LOG` is not
//! looked at, so that a daemon logs what its file says. Standard output is never
//! touched: it may be somebody's data (`pipeferry connect`).
//!
//! No event can forge a second line or steer a terminal, whatever a name from
//! outside contains: text passes through [`fields`] and [`one_line`], JSON escapes
//! by itself.

mod cut;
mod events;
mod fields;
mod flood;
#[cfg(unix)]
mod journal;
mod one_line;
mod queue;
mod repeats;
mod rotating;
mod style;

#[cfg(test)]
pub(crate) mod tests;

use std::io::{IsTerminal, Write};

use tracing::Subscriber;
use tracing_subscriber::filter::{LevelFilter, ParseError, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

pub use self::events::{EventSink, SERVICE, Severity};
use self::events::{Events, Reporter};
pub use self::queue::DroppedLines;
use self::queue::LineQueue;
use self::repeats::{Limited, Repeats};
pub use self::rotating::{Bounds, RotatingFile};
use self::style::{Reader, Style};
use crate::config::LogFormat;

/// Why nothing can be logged.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// `level` does not parse.
    #[error(
        "log level `{level}` is none: expected error, warn, info, debug, trace or off, or \
         directives such as \"info,pipeferry::tls=debug\""
    )]
    Level {
        /// As written.
        level: String,
        /// What is wrong with it.
        source: ParseError,
    },
    /// A thread that writes could not be started.
    #[error("the thread that writes the log could not be started")]
    Thread(#[source] std::io::Error),
    /// `format = "journal"`, and there is none.
    #[cfg(unix)]
    #[error("the log cannot go to the journal: nobody listens at its socket")]
    Journal(#[source] std::io::Error),
    /// Called twice.
    #[error("the log of this process is already set up")]
    Installed(#[source] TryInitError),
}

/// Keeps the log going; dropping it writes what is still queued, for a second at
/// most.
#[derive(Debug)]
#[must_use = "dropping it ends the log"]
pub struct LogGuard {
    queue: LineQueue,
    repeats: Repeats,
    reporter: Option<Reporter>,
}

impl LogGuard {
    /// The count of lines that found no room.
    pub fn dropped_lines(&self) -> DroppedLines {
        self.queue.dropped_lines()
    }
}

impl Drop for LogGuard {
    fn drop(&mut self) {
        self.repeats.close();
        self.queue.close(queue::FLUSH_LIMIT);
        if let Some(reporter) = &self.reporter {
            reporter.close(queue::FLUSH_LIMIT);
        }
    }
}

/// Sets up the log of this process, to standard error or the journal. `level` is
/// a level or a list of directives.
///
/// Lines go through a queue of [`queue::LIMIT`] bytes to a thread of their own;
/// when the reader of standard error stands still, lines are dropped and counted.
///
/// # Errors
/// [`LogError`]; nothing is logged then.
pub fn init(level: &str, format: LogFormat) -> Result<LogGuard, LogError> {
    let filter = directives(level)?;
    let style = Style::choose(format, reader(), std::env::var_os("NO_COLOR").as_deref());
    let queue = match style {
        #[cfg(unix)]
        Style::Journal => {
            journal::check().map_err(LogError::Journal)?;
            journal::start()
        }
        style => LineQueue::start(std::io::stderr(), style.escape()),
    };
    let queue = queue.map_err(LogError::Thread)?;
    let repeats = Repeats::new();
    let subscriber = subscriber(filter, &repeats, style, queue.clone());
    subscriber.try_init().map_err(LogError::Installed)?;
    repeats.start().map_err(LogError::Thread)?;
    Ok(LogGuard { queue, repeats, reporter: None })
}

/// Who reads our standard error.
fn reader() -> Reader {
    let stderr = std::io::stderr();
    if stderr.is_terminal() {
        return Reader::Terminal;
    }
    #[cfg(unix)]
    if journal::is_at(&stderr, std::env::var_os("JOURNAL_STREAM").as_deref())
        && journal::check().is_ok()
    {
        return Reader::Journal;
    }
    Reader::Other
}

/// Sets up the log of a process that has no standard error: JSON lines to
/// `file`, through the same queue, and the events that are fit for it to `sink`.
///
/// # Errors
/// As [`init`].
pub fn init_service(
    level: &str,
    file: impl Write + Send + 'static,
    sink: Option<impl EventSink>,
) -> Result<LogGuard, LogError> {
    let filter = directives(level)?;
    let queue = LineQueue::start(file, Style::Json.escape()).map_err(LogError::Thread)?;
    let (events, reporter): (Option<Events>, _) = match sink {
        Some(sink) => {
            let (events, reporter) = events::start(sink).map_err(LogError::Thread)?;
            (Some(events), Some(reporter))
        }
        None => (None, None),
    };
    let reported = filter_fn(events::is_reported).with_max_level_hint(LevelFilter::INFO);
    let events = events.map(|events| events.with_filter(reported));
    let repeats = Repeats::new();
    let lines = subscriber(filter, &repeats, Style::Json, queue.clone());
    lines.with(events).try_init().map_err(LogError::Installed)?;
    repeats.start().map_err(LogError::Thread)?;
    Ok(LogGuard { queue, repeats, reporter })
}

/// Checks that `level` would be taken by [`init`].
///
/// # Errors
/// [`LogError::Level`].
pub fn check(level: &str) -> Result<(), LogError> {
    directives(level).map(drop)
}

fn directives(level: &str) -> Result<EnvFilter, LogError> {
    EnvFilter::builder()
        .with_regex(false)
        .parse(level)
        .map_err(|source| LogError::Level { level: level.to_owned(), source })
}

fn subscriber(
    filter: EnvFilter,
    repeats: &Repeats,
    style: Style,
    queue: LineQueue,
) -> impl Subscriber + for<'span> LookupSpan<'span> {
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match style {
        Style::Text { color } => {
            fmt::layer().fmt_fields(fields::escaped()).with_ansi(color).with_writer(queue).boxed()
        }
        // Without the module: the access record's `target` would stand twice.
        Style::Json => fmt::layer()
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .with_target(false)
            .with_ansi(false)
            .with_writer(queue)
            .boxed(),
        #[cfg(unix)]
        Style::Journal => journal::Journal(queue).boxed(),
    };
    let limited = Limited { layer: lines, repeats: repeats.clone() };
    tracing_subscriber::registry().with(limited.with_filter(filter))
}

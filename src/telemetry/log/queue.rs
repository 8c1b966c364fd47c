//! The queue between those who log and the thread that writes.
//!
//! Bounded in bytes, and never waited for: a line that finds no room is dropped
//! and counted. `tracing-appender` does the same with a line count for a bound
//! and an allocation a line, but says so on standard output when the end of the
//! log hangs, which here may be somebody's data.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

use super::one_line::{self, Escape};

/// The most bytes that wait; as many again may be in the writing thread's hands.
pub(super) const LIMIT: usize = 1 << 20;

/// How long the end of the log may take.
pub(super) const FLUSH_LIMIT: Duration = Duration::from_secs(1);

/// A buffer that a burst has made larger than this is given back.
const KEEP: usize = 64 << 10;

/// Where events wait; clones are the same queue.
#[derive(Debug, Clone)]
pub(super) struct LineQueue {
    shared: Arc<Shared>,
    waiting: Waiting,
}

/// How events are told from each other while they wait.
#[derive(Debug, Clone, Copy)]
pub(super) enum Waiting {
    /// Each is a line.
    Lines(Escape),
    /// Each is any bytes, with their number before them; `entries` are they.
    #[cfg(unix)]
    Entries,
}

/// Where events go in the end.
pub(super) trait Sink: Send + 'static {
    /// Writes the events that have waited, and may take its time; how many of
    /// them are lost.
    fn write(&mut self, waited: &[u8]) -> u64;
}

struct Lines<W>(W);

impl<W: Write + Send + 'static> Sink for Lines<W> {
    fn write(&mut self, waited: &[u8]) -> u64 {
        match self.0.write_all(waited).and_then(|()| self.0.flush()) {
            Ok(()) => 0,
            Err(_) => waited.iter().filter(|byte| **byte == b'\n').count() as u64,
        }
    }
}

/// The events of [`Waiting::Entries`].
#[cfg(unix)]
pub(super) fn entries(mut waited: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (length, rest) = waited.split_first_chunk()?;
        let (entry, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        waited = rest;
        Some(entry)
    })
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// Lines have come, or the end.
    filled: Condvar,
    /// All has been written.
    drained: Condvar,
    dropped: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    /// Whole events.
    pending: Vec<u8>,
    /// The thread is writing what was pending before.
    writing: bool,
    closed: bool,
}

/// How many lines were dropped.
#[derive(Debug, Clone)]
pub struct DroppedLines(Arc<Shared>);

impl DroppedLines {
    /// Lines so far.
    pub fn count(&self) -> u64 {
        self.0.dropped.load(Ordering::Relaxed)
    }
}

impl LineQueue {
    /// Starts the thread that writes lines to `out`.
    pub fn start(out: impl Write + Send + 'static, escape: Escape) -> io::Result<Self> {
        Self::start_for(Lines(out), Waiting::Lines(escape))
    }

    /// Starts the thread that writes to `sink`.
    pub fn start_for(sink: impl Sink, waiting: Waiting) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let of_thread = Arc::clone(&shared);
        thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || of_thread.write_until_closed(sink))?;
        Ok(Self { shared, waiting })
    }

    /// The count of lines that found no room, or could not be written.
    pub fn dropped_lines(&self) -> DroppedLines {
        DroppedLines(Arc::clone(&self.shared))
    }

    /// Ends the log: waits until all is written, but not longer than `limit`.
    pub fn close(&self, limit: Duration) {
        let mut state = self.shared.lock();
        state.closed = true;
        self.shared.filled.notify_one();
        let unfinished = |state: &mut State| state.writing || !state.pending.is_empty();
        let _ = self
            .shared
            .drained
            .wait_timeout_while(state, limit, unfinished)
            .unwrap_or_else(PoisonError::into_inner);
    }

    /// Puts one event in, or counts it as dropped.
    pub fn push(&self, event: &[u8]) {
        let mut state = self.shared.lock();
        // Escaping grows a byte to four at most.
        if state.closed || state.pending.len().saturating_add(event.len()) > LIMIT {
            self.shared.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        match self.waiting {
            Waiting::Lines(escape) => one_line::append(&mut state.pending, event, escape),
            #[cfg(unix)]
            Waiting::Entries => {
                // The limit keeps it within 32 bits.
                state.pending.extend_from_slice(&(event.len() as u32).to_le_bytes());
                state.pending.extend_from_slice(event);
            }
        }
        self.shared.filled.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_until_closed(&self, mut sink: impl Sink) {
        let mut lines = Vec::new();
        while self.take(&mut lines) {
            self.dropped.fetch_add(sink.write(&lines), Ordering::Relaxed);
            lines.clear();
            if lines.capacity() > KEEP {
                lines = Vec::new();
            }
        }
    }

    /// Waits for lines and swaps them into `lines`, which is empty; false when
    /// the log has ended.
    fn take(&self, lines: &mut Vec<u8>) -> bool {
        let mut state = self.lock();
        state.writing = false;
        while state.pending.is_empty() {
            self.drained.notify_all();
            if state.closed {
                return false;
            }
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        std::mem::swap(&mut state.pending, lines);
        state.writing = true;
        true
    }
}

/// The formatter hands over one whole event a call.
impl Write for &LineQueue {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.push(event);
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for LineQueue {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

#![allow(clippy::unwrap_used)]

use std::ffi::OsStr;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::one_line::{Escape, append};
use super::queue::{FLUSH_LIMIT, LIMIT, LineQueue};
use super::*;

/// Keeps what was written.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What `log` writes in `style`, at the level `directives`.
pub(super) fn logged_as(style: Style, level: &str, log: impl FnOnce()) -> String {
    let written = Written::default();
    let queue = LineQueue::start(written.clone(), style.escape()).unwrap();
    let repeats = Repeats::new();
    let subscriber = subscriber(directives(level).unwrap(), &repeats, style, queue.clone());
    tracing::subscriber::with_default(subscriber, || {
        log();
        repeats.close();
    });
    queue.close(FLUSH_LIMIT);
    written.text()
}

pub(crate) fn logged_as_text(log: impl FnOnce()) -> String {
    logged_as(Style::Text { color: false }, "info", log)
}

pub(crate) fn logged_as_json(log: impl FnOnce()) -> serde_json::Value {
    serde_json::from_str(&logged_as(Style::Json, "info", log)).unwrap()
}

#[test]
fn auto_is_text_on_a_terminal_and_json_elsewhere() {
    let color = Style::Text { color: true };
    assert_eq!(Style::choose(LogFormat::Auto, Reader::Terminal, None), color);
    assert_eq!(Style::choose(LogFormat::Auto, Reader::Other, None), Style::Json);
    assert_eq!(Style::choose(LogFormat::Json, Reader::Terminal, None), Style::Json);
}

#[cfg(unix)]
#[test]
fn auto_is_the_journal_where_standard_error_leads_there() {
    assert_eq!(Style::choose(LogFormat::Auto, Reader::Journal, None), Style::Journal);
    assert_eq!(Style::choose(LogFormat::Journal, Reader::Other, None), Style::Journal);
    assert_eq!(Style::choose(LogFormat::Json, Reader::Journal, None), Style::Json);
    let plain = Style::Text { color: false };
    assert_eq!(Style::choose(LogFormat::Text, Reader::Journal, None), plain);
}

#[test]
fn colours_need_a_terminal_and_no_no_color() {
    let plain = Style::Text { color: false };
    assert_eq!(Style::choose(LogFormat::Text, Reader::Other, None), plain);
    assert_eq!(Style::choose(LogFormat::Auto, Reader::Terminal, Some(OsStr::new("1"))), plain);
    let empty = Style::choose(LogFormat::Auto, Reader::Terminal, Some(OsStr::new("")));
    assert_eq!(empty, Style::Text { color: true });
}

#[test]
fn a_level_that_is_none_is_refused_with_what_was_written() {
    let error = check("info,pipeferry=lowd").unwrap_err().to_string();
    assert!(error.contains("`info,pipeferry=lowd`"), "{error}");
    check("info,pipeferry::tls=debug").unwrap();
}

#[test]
fn directives_choose_by_module() {
    let text = logged_as(Style::Text { color: false }, "warn,loud=debug", || {
        tracing::debug!(target: "loud", "one");
        tracing::info!(target: "quiet", "two");
    });
    assert!(text.contains("one") && !text.contains("two"), "{text}");
}

#[test]
fn a_name_from_outside_cannot_forge_a_line() {
    let evil = "x\n2026-01-01T00:00:00Z  INFO forged\r\x1b[2K";
    let text = logged_as_text(|| {
        tracing::info!(debug = ?evil, display = %evil, plain = evil, "hello {evil}");
    });
    assert_eq!(text.matches('\n').count(), 1, "{text}");
    assert!(text.ends_with('\n') && !text.contains(['\r', '\x1b']), "{text:?}");

    let json = logged_as_json(|| tracing::info!(display = %evil, "hello"));
    assert_eq!(json["display"], evil);
}

#[test]
fn colours_pass_but_not_those_of_a_name_from_outside() {
    let text = logged_as(Style::Text { color: true }, "info", || {
        tracing::info!(name = %"\x1b[31mred", "hello");
    });
    assert!(text.contains("\x1b["), "{text:?}");
    assert!(!text.contains("\x1b[31m"), "{text:?}");
}

#[test]
fn control_characters_are_escaped_and_the_last_line_feed_is_kept() {
    let mut out = b"before\n".to_vec();
    append(&mut out, b"a\tb\nc\rd\x00e\x7f\n", Escape::All);
    assert_eq!(out, b"before\na\tb\\nc\\rd\\x00e\\x7f\n");

    out.clear();
    append(&mut out, "ünïcode\x1b[0m".as_bytes(), Escape::AllButColor);
    assert_eq!(out, "ünïcode\x1b[0m\n".as_bytes());
}

/// Writes only when it is told to.
struct Gate {
    open: Receiver<()>,
    arrived: Sender<usize>,
}

impl Write for Gate {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.arrived.send(bytes.len()).unwrap();
        self.open.recv().map_err(|_| io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn gate() -> (Gate, Sender<()>, Receiver<usize>) {
    let (open, opened) = channel();
    let (arrived, arrivals) = channel();
    (Gate { open: opened, arrived }, open, arrivals)
}

#[test]
fn a_reader_that_stands_still_costs_lines_but_never_waits_and_never_grows() {
    let (gate, open, arrivals) = gate();
    let queue = LineQueue::start(gate, Escape::All).unwrap();
    let dropped = queue.dropped_lines();
    let line = [b'x'; 1023];
    (&queue).write_all(&line).unwrap();
    assert_eq!(arrivals.recv().unwrap(), 1024);

    for _ in 0..LIMIT / 1024 + 10 {
        (&queue).write_all(&line).unwrap();
    }
    assert_eq!(dropped.count(), 10);

    open.send(()).unwrap();
    assert_eq!(arrivals.recv().unwrap(), LIMIT);
    open.send(()).unwrap();
    queue.close(FLUSH_LIMIT);
    assert_eq!(dropped.count(), 10);
}

#[test]
fn lines_that_cannot_be_written_are_counted() {
    let (gate, open, arrivals) = gate();
    let queue = LineQueue::start(gate, Escape::All).unwrap();
    (&queue).write_all(b"lost").unwrap();
    arrivals.recv().unwrap();
    drop(open);
    queue.close(FLUSH_LIMIT);
    assert_eq!(queue.dropped_lines().count(), 1);
}

#[test]
fn closing_gives_up_after_its_limit() {
    let (gate, _open, arrivals) = gate();
    let queue = LineQueue::start(gate, Escape::All).unwrap();
    (&queue).write_all(b"stuck").unwrap();
    arrivals.recv().unwrap();
    queue.close(Duration::from_millis(1));
}

#[test]
fn what_was_logged_before_the_end_is_written() {
    let written = Written::default();
    let queue = LineQueue::start(written.clone(), Escape::All).unwrap();
    for number in 0..100 {
        (&queue).write_all(format!("line {number}\n").as_bytes()).unwrap();
    }
    queue.close(FLUSH_LIMIT);
    assert_eq!(written.text().lines().count(), 100);
    (&queue).write_all(b"too late").unwrap();
    assert_eq!(queue.dropped_lines().count(), 1);
}

#[test]
fn dropped_lines_are_a_metric() {
    let exposition = crate::telemetry::metrics::Exposition::local();
    assert!(exposition.render().contains("pipeferry_log_lines_dropped_total 0\n"));
    let queue = LineQueue::start(io::sink(), Escape::All).unwrap();
    exposition.watch_log(queue.dropped_lines());
    queue.close(FLUSH_LIMIT);
    (&queue).write_all(b"too late").unwrap();
    assert!(exposition.render().contains("pipeferry_log_lines_dropped_total 1\n"));
}

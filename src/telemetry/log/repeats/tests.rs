#![allow(clippy::unwrap_used)]

use serde_json::Value;
use tracing::Metadata;
use tracing::subscriber::Interest;

use super::*;
use crate::telemetry::log::style::Style;
use crate::telemetry::log::tests::logged_as;

fn logged(log: impl FnOnce()) -> Vec<Value> {
    let text = logged_as(Style::Json, "info", log);
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn warn(bridge: &str) {
    tracing::warn!(bridge, "accept failed; trying again");
}

/// The lines of a bridge, and how many more there would have been.
fn counted(lines: &[Value], bridge: &str) -> (usize, u64) {
    let told: Vec<_> = lines.iter().filter(|line| line["about"] == bridge).collect();
    for line in &told {
        assert_eq!(line["message"], "warnings were held back");
        assert_eq!(line["like"], "accept failed; trying again");
        assert_eq!(line["level"], "WARN");
    }
    let passed = lines.iter().filter(|line| line["bridge"] == bridge).count();
    (passed, told.iter().map(|line| line["held_back"].as_u64().unwrap()).sum())
}

#[test]
fn a_warning_that_repeats_itself_is_limited_and_the_rest_is_counted() {
    let lines = logged(|| {
        (0..1000).for_each(|_| warn("one"));
        warn("two");
    });
    assert_eq!(counted(&lines, "one"), (10, 990));
    assert_eq!(counted(&lines, "two"), (1, 0), "another bridge has a limit of its own");
    assert_eq!(lines.len(), 12);
}

#[test]
fn errors_and_what_is_no_warning_are_all_written() {
    let lines = logged(|| {
        for number in 0..100 {
            tracing::error!(number, "a mistake in the configuration");
            tracing::info!(number, "connection ended");
        }
    });
    assert_eq!(lines.len(), 200);
}

#[test]
fn what_a_level_turns_off_is_not_counted() {
    let text = logged_as(Style::Json, "error", || (0..100).for_each(|_| warn("one")));
    assert_eq!(text, "");
}

#[test]
fn the_count_is_told_when_its_time_has_come() {
    let repeats = Repeats::new();
    let start = Instant::now();
    let kind = || Kind { place: tracing::callsite::Identifier(&PLACE), about: "one".to_owned() };
    let mut state = repeats.0.lock();
    for _ in 0..15 {
        state.flood.admit(kind(), start);
    }
    state.texts.insert(kind(), "accept failed".to_owned());
    assert!(state.take(Some(start)).is_empty(), "its minute has not passed");
    let told = state.take(Some(start + LIMITS.period));
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].count, &*told[0].text, &*told[0].about), (5, "accept failed", "one"));
    assert!(state.texts.is_empty() && state.take(None).is_empty());
}

struct Place;
static PLACE: Place = Place;

impl tracing::callsite::Callsite for Place {
    fn set_interest(&self, _: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        unreachable!("only told from others")
    }
}

#[test]
fn a_text_that_is_kept_is_bounded() {
    let mut text = String::new();
    write_cut(&mut text, format_args!("{}", "ä".repeat(1000)));
    assert_eq!(text.len(), LONGEST);
}

#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn events_of_each_kind_are_taken() {
    let mut log = EventLog::open("pipeferry-test").unwrap();
    for kind in [EventKind::Information, EventKind::Warning, EventKind::Error] {
        log.report(kind, 1, "of a test").unwrap();
    }
}

#[test]
fn a_text_that_would_end_early_is_refused() {
    let mut log = EventLog::open("pipeferry-test").unwrap();
    let error = log.report(EventKind::Information, 1, "a\0b").unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    assert_eq!(EventLog::open("a\0b").unwrap_err().kind(), io::ErrorKind::InvalidInput);
}

#![allow(clippy::unwrap_used)]

use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::time::Duration;

use super::*;
use crate::telemetry::log::queue::{FLUSH_LIMIT, LIMIT, Sink};
use crate::telemetry::log::repeats::Repeats;
use crate::telemetry::log::style::Style;
use crate::telemetry::log::{directives, subscriber};

/// Logs to a journal at `place`; how many events were dropped.
fn logging_at(place: &Path, log: impl FnOnce()) -> u64 {
    let queue = LineQueue::start_for(Socket::new(place).unwrap(), Waiting::Entries).unwrap();
    let filter = directives("debug").unwrap();
    let subscriber = subscriber(filter, &Repeats::new(), Style::Journal, queue.clone());
    tracing::subscriber::with_default(subscriber, log);
    queue.close(FLUSH_LIMIT);
    queue.dropped_lines().count()
}

/// What a journal gets, a datagram each.
fn datagrams(log: impl FnOnce()) -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("socket");
    let journal = UnixDatagram::bind(&place).unwrap();
    journal.set_nonblocking(true).unwrap();
    assert_eq!(logging_at(&place, log), 0);
    let mut buffer = vec![0; 256 << 10];
    std::iter::from_fn(|| journal.recv(&mut buffer).ok().map(|length| buffer[..length].to_vec()))
        .collect()
}

fn one(log: impl FnOnce()) -> String {
    let mut all = datagrams(log);
    assert_eq!(all.len(), 1);
    String::from_utf8_lossy(&all.remove(0)).into_owned()
}

#[test]
fn an_event_is_one_datagram_with_a_field_for_each() {
    let entry = one(|| {
        tracing::warn!(bridge = "orders", bytes_to_target = 7, "x-y" = true, "cannot accept");
    });
    assert_eq!(
        entry,
        "PRIORITY=4\nSYSLOG_IDENTIFIER=pipeferry\n\
         MESSAGE=cannot accept bridge=\"orders\" bytes_to_target=7 x-y=true\n\
         PIPEFERRY_MODULE=pipeferry::telemetry::log::journal::tests\n\
         PIPEFERRY_BRIDGE=orders\nPIPEFERRY_BYTES_TO_TARGET=7\nPIPEFERRY_X_Y=true\n"
    );
}

#[test]
fn what_happens_in_a_span_has_its_fields() {
    let entry = one(|| {
        let _within = tracing::debug_span!("connection", id = "5m2k9c0r4x7bz").entered();
        tracing::debug!(why = "expired", "a chain was refused");
    });
    assert!(entry.contains("MESSAGE=a chain was refused why=\"expired\"\n"), "{entry}");
    assert!(entry.ends_with("PIPEFERRY_WHY=expired\nPIPEFERRY_ID=5m2k9c0r4x7bz\n"), "{entry}");
}

#[test]
fn levels_are_syslogs_priorities() {
    let entries = datagrams(|| {
        tracing::error!("a");
        tracing::info!("b");
        tracing::debug!("c");
    });
    for (entry, priority) in entries.iter().zip(["3", "6", "7"]) {
        assert!(entry.starts_with(format!("PRIORITY={priority}\n").as_bytes()));
    }
    assert_eq!(entries.len(), 3);
}

#[test]
fn a_name_from_outside_cannot_forge_a_field() {
    let entry = one(|| tracing::info!(client = "x\nPIPEFERRY_ID=forged", "hello"));
    assert!(entry.contains("MESSAGE=hello client=\"x\\nPIPEFERRY_ID=forged\"\n"), "{entry}");
    let length = "x\nPIPEFERRY_ID=forged".len() as u8;
    let field = [b"PIPEFERRY_CLIENT\n", &[length, 0, 0, 0, 0, 0, 0, 0][..]].concat();
    let value = [&field, &b"x\nPIPEFERRY_ID=forged\n"[..]].concat();
    assert!(entry.ends_with(&*String::from_utf8(value).unwrap()), "{entry}");
}

#[test]
fn an_entry_is_bounded_whatever_is_logged() {
    let long = "ä".repeat(1 << 20);
    let entry = one(|| {
        tracing::info!(a = %long, b = %long, c = %long, d = %long, e = %long, f = %long, "long");
    });
    assert!(entry.len() < 100 << 10, "{}", entry.len());
    assert!(entry.lines().all(|line| line.len() < 17 << 10));
    assert!(entry.contains("ää…\n"), "what is cut is seen to be cut");
}

#[test]
fn what_the_journal_did_not_take_is_counted() {
    let nowhere = Path::new("/nowhere/to/be/found");
    assert_eq!(logging_at(nowhere, || (0..3).for_each(|_| tracing::info!("lost"))), 3);
    assert!(Socket::new(nowhere).unwrap().check().is_err());
}

#[test]
fn a_journal_that_was_started_anew_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("socket");
    let mut socket = Socket::new(&place).unwrap();
    let entry = [&3_u32.to_le_bytes()[..], b"A=1"].concat();
    for lost in [1, 0, 1, 0] {
        let journal = (lost == 0).then(|| UnixDatagram::bind(&place).unwrap());
        assert_eq!(socket.check().is_err(), journal.is_none());
        assert_eq!(socket.write(&entry), lost);
        let _ = std::fs::remove_file(&place);
    }
}

#[test]
fn a_journal_that_stands_still_holds_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("socket");
    let _still = UnixDatagram::bind(&place).unwrap();
    let queue = LineQueue::start_for(Socket::new(&place).unwrap(), Waiting::Entries).unwrap();
    let entry = vec![b'x'; 1020];
    // Twice what may wait, and more than a socket holds beside it.
    for _ in 0..4 * LIMIT / 1024 {
        queue.push(&entry);
    }
    assert!(queue.dropped_lines().count() > 0);
    queue.close(Duration::from_millis(1));
}

#[test]
fn standard_error_is_the_journals_only_by_the_number_that_systemd_gave() {
    let folder = tempfile::tempdir().unwrap();
    let (mine, other) = (folder.path().join("mine"), folder.path().join("other"));
    let (mine, other) =
        (std::fs::File::create(mine).unwrap(), std::fs::File::create(other).unwrap());
    let stat = rustix::fs::fstat(&mine).unwrap();
    let stream = format!("{}:{}", stat.st_dev, stat.st_ino);
    assert!(is_at(&mine, Some(OsStr::new(&stream))));
    assert!(!is_at(&other, Some(OsStr::new(&stream))), "a parent's, whose output went elsewhere");
    for bad in ["", ":", "1", "x:y", "1:2:3"] {
        assert!(!is_at(&mine, Some(OsStr::new(bad))), "{bad}");
    }
    assert!(!is_at(&mine, None));
}

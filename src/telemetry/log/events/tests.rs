#![allow(clippy::unwrap_used)]

use std::sync::mpsc::{Sender, channel};

use tracing_subscriber::layer::SubscriberExt;

use super::*;

struct Told(Sender<(Severity, String)>);

impl EventSink for Told {
    fn report(&mut self, severity: Severity, text: &str) {
        self.0.send((severity, text.to_owned())).unwrap();
    }
}

/// What `log` reports.
fn reported(log: impl FnOnce()) -> Vec<(Severity, String)> {
    let (tell, told) = channel();
    let (events, reporter) = start(Told(tell)).unwrap();
    let subscriber = tracing_subscriber::registry().with(events);
    tracing::subscriber::with_default(subscriber, log);
    reporter.close(Duration::from_secs(60));
    told.try_iter().collect()
}

#[test]
fn warnings_errors_and_the_services_own_life_are_reported_and_no_more() {
    let told = reported(|| {
        tracing::info!(target: SERVICE, "started");
        tracing::debug!(target: SERVICE, "no");
        tracing::info!("no");
        tracing::warn!(bridge = "orders", error = %"it is gone", "cannot accept");
        tracing::error!("failed");
    });
    let expected = [
        (Severity::Information, "started".to_owned()),
        (Severity::Warning, "cannot accept\nbridge: orders\nerror: it is gone".to_owned()),
        (Severity::Error, "failed".to_owned()),
    ];
    assert_eq!(told, expected);
}

#[test]
fn one_place_that_warns_for_ever_does_not_fill_the_log() {
    let told = reported(|| {
        for number in 0..1000 {
            tracing::warn!("warning {number}");
        }
        tracing::warn!("another");
    });
    let passed = LIMITS.of_one as usize;
    assert_eq!(told.len(), passed + 2);
    assert_eq!(told[passed].1, "another");
    assert_eq!(told[passed + 1].1, format!("{} more events were held back", 1000 - passed));
}

#[test]
fn a_text_is_bounded_and_has_no_nul() {
    let told = reported(|| tracing::warn!(name = %"ä".repeat(LONGEST), "a\0b"));
    let text = &told[0].1;
    assert!(text.starts_with("a\\0b\nname: ää"), "{}", &text[..20]);
    assert!(text.len() <= LONGEST + 3 && text.ends_with("..."));
}

#[test]
fn an_event_log_that_stands_still_holds_nobody_up() {
    struct Stuck(Receiver<()>, Sender<()>);
    impl EventSink for Stuck {
        fn report(&mut self, _: Severity, _: &str) {
            self.1.send(()).unwrap();
            let _ = self.0.recv();
        }
    }
    let (open, opened) = channel();
    let (arrive, arrived) = channel();
    let (events, reporter) = start(Stuck(opened, arrive)).unwrap();
    let subscriber = tracing_subscriber::registry().with(events);
    tracing::subscriber::with_default(subscriber, || {
        tracing::warn!("first");
        arrived.recv().unwrap();
        // More than the queue holds, from places of their own.
        let state = &reporter.events.lock().queue.clone().unwrap();
        while state.try_send((Severity::Warning, String::new())).is_ok() {}
        tracing::warn!("finds no room");
    });
    reporter.close(Duration::from_millis(1));
    drop(open);
}

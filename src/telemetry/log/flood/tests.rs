#![allow(clippy::unwrap_used)]

use super::*;

const LIMITS: Limits = Limits { period: Duration::from_secs(60), of_one: 2, of_all: 5 };

#[test]
fn repetitions_are_held_back_and_counted() {
    let start = Instant::now();
    let mut flood = Flood::new(LIMITS, start);
    assert!(flood.admit("a", start));
    assert!(flood.admit("a", start));
    for _ in 0..7 {
        assert!(!flood.admit("a", start));
    }
    assert!(flood.admit("b", start), "another kind has its own limit");

    let later = start + LIMITS.period;
    assert_eq!(flood.next_due(), Some(later));
    assert_eq!(flood.take_held_back(Some(later - Duration::from_millis(1))), []);
    assert!(flood.admit("a", later));
    assert_eq!(flood.take_of(&"a"), 7);
    assert_eq!(flood.take_of(&"a"), 0, "what was told is not told again");
    assert_eq!(flood.next_due(), None);
}

#[test]
fn what_was_held_back_is_due_when_the_period_is_over_or_at_the_end() {
    let start = Instant::now();
    let mut flood = Flood::new(LIMITS, start);
    for _ in 0..10 {
        flood.admit("a", start);
    }
    assert_eq!(flood.take_held_back(Some(start + LIMITS.period)), [("a", 8)]);
    flood.admit("a", start);
    assert_eq!(flood.take_held_back(None), [("a", 1)]);
    assert_eq!(flood.take_held_back(None), []);
}

#[test]
fn many_kinds_share_a_limit() {
    let start = Instant::now();
    let mut flood = Flood::new(LIMITS, start);
    let passed = (0..100).filter(|kind| flood.admit(*kind, start)).count();
    assert_eq!(passed, LIMITS.of_all as usize);
    assert!(flood.admit(99, start + LIMITS.period));
    assert_eq!(flood.take_of(&99), 1);
}

#[test]
fn kinds_beyond_memory_still_meet_the_limit_of_all() {
    let start = Instant::now();
    let mut flood = Flood::new(LIMITS, start);
    for kind in 0..2 * LARGEST {
        flood.admit(kind, start);
    }
    assert_eq!(flood.kinds.len(), LARGEST);
    assert!(!flood.admit(5 * LARGEST, start));
}

#![allow(clippy::unwrap_used)]

use super::*;

const LIMITS: Limits = Limits { period: Duration::from_secs(60), of_one: 2, of_all: 5 };

#[test]
fn repetitions_are_held_back_and_counted() {
    let start = Instant::now();
    let mut flood = Flood::new(LIMITS, start);
    assert_eq!(flood.admit("a", start), Some(0));
    assert_eq!(flood.admit("a", start), Some(0));
    for _ in 0..7 {
        assert_eq!(flood.admit("a", start), None);
    }
    assert_eq!(flood.admit("b", start), Some(0), "another kind has its own limit");

    let later = start + LIMITS.period;
    assert_eq!(flood.admit("a", later), Some(7));
    assert_eq!(flood.admit("a", later), Some(0), "what was told is not told again");
}

#[test]
fn many_kinds_share_a_limit() {
    let start = Instant::now();
    let mut flood = Flood::new(LIMITS, start);
    let passed = (0..100).filter(|kind| flood.admit(*kind, start).is_some()).count();
    assert_eq!(passed, LIMITS.of_all as usize);
    assert_eq!(flood.admit(99, start + LIMITS.period), Some(1));
}

#[test]
fn kinds_beyond_memory_still_meet_the_limit_of_all() {
    let start = Instant::now();
    let mut flood = Flood::new(LIMITS, start);
    for kind in 0..2 * LARGEST {
        flood.admit(kind, start);
    }
    assert_eq!(flood.kinds.len(), LARGEST);
    assert_eq!(flood.admit(5 * LARGEST, start), None);
}

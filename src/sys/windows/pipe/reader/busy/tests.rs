//! Places are so many, and are given back.
#![allow(clippy::unwrap_used)]

use super::Places;

#[test]
fn only_so_many_are_busy_at_a_time() {
    static TWO: Places = Places::new(2);
    let first = TWO.take().unwrap();
    let _second = TWO.take().unwrap();
    assert!(TWO.take().is_none());
    drop(first);
    assert!(TWO.take().is_some());
}

#[test]
fn without_a_clock_nobody_is_busy() {
    assert!(super::Busy::begin().is_none());
}

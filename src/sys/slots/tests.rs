#![allow(clippy::unwrap_used)]

use std::process::Command;

use super::*;

const MIB: usize = 1024 * 1024;

#[test]
fn slots_do_not_overlap_and_keep_what_is_in_them() {
    let mut slots = Slots::map(100_000).unwrap();
    let len = slots.slot_len();
    assert!(len >= 100_000 && slots.count() == MOST_SLOTS);
    for index in 0..slots.count() {
        let start = slots.start(index);
        // SAFETY: the slot has `len` bytes and nobody else looks at them.
        unsafe { start.write_bytes(index as u8 + 1, len) };
    }
    for index in 0..slots.count() {
        assert!(slots.bytes(index, len).iter().all(|byte| *byte == index as u8 + 1));
    }
}

#[test]
fn releasing_a_slot_leaves_its_neighbours_alone() {
    let mut slots = Slots::map(MIB).unwrap();
    let len = slots.slot_len();
    for index in 0..3 {
        let start = slots.start(index);
        // SAFETY: as above.
        unsafe { start.write_bytes(7, len) };
    }
    slots.release(1, len);
    assert!(slots.bytes(0, len).iter().chain(slots.bytes(2, len)).all(|byte| *byte == 7));
    let given_back = slots.bytes(1, len).iter().filter(|byte| **byte == 0).count();
    assert!(given_back >= len - KEEP - 2 * rustix::param::page_size(), "{given_back}");
}

/// Says to the test below that it is the inner one.
const CRAMPED: &str = "PIPEFERRY_TEST_CRAMPED";

/// Starts itself once more, in a process with little address space.
#[test]
fn where_there_is_no_room_for_many_slots_there_is_one() {
    if std::env::var_os(CRAMPED).is_some() {
        let slots = Slots::map(16 * MIB).unwrap();
        assert_eq!(slots.count(), 1);
        assert_eq!(slots.bytes(0, 16 * MIB)[16 * MIB - 1], 0);
        return;
    }
    let ran = Command::new("sh")
        .args(["-c", "ulimit -v 400000 && exec \"$0\" --exact \"$1\""])
        .arg(std::env::current_exe().unwrap())
        .arg("sys::slots::tests::where_there_is_no_room_for_many_slots_there_is_one")
        .env("RUST_TEST_THREADS", "1")
        .env(CRAMPED, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success() && said.contains("1 passed"), "{said}");
}

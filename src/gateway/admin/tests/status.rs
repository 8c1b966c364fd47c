use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::gateway::admin::status::IdentityStatus;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

#[test]
fn days_left_are_whole_and_negative_once_it_is_over() {
    let days = |not_after, now| IdentityStatus::new("x", not_after, at(now)).days_left;
    assert_eq!(days(86_400, 0), 1);
    assert_eq!(days(86_399, 0), 0);
    assert_eq!(days(99, 100), -1);
    assert_eq!(days(i64::MIN, 0), i64::MIN.div_euclid(86_400));
}

#[test]
fn dates_beyond_what_can_be_written_do_not_panic() {
    let written = |not_after| IdentityStatus::new("x", not_after, at(0)).not_after;
    assert_eq!(written(253_402_300_799), "9999-12-31T23:59:59Z");
    assert_eq!(written(i64::MAX), "9999-12-31T23:59:59Z");
    assert_eq!(written(-1), "1970-01-01T00:00:00Z");
}

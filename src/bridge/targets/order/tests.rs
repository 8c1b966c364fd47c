use std::time::Duration;

use tokio::time::Instant;

use super::*;

fn open(load: u64) -> Sight {
    Sight { standing: Standing::Open, load }
}

fn resting(seconds: u64, load: u64) -> Sight {
    let due = *NOW + Duration::from_secs(seconds);
    Sight { standing: Standing::Resting(due), load }
}

static NOW: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);

#[test]
fn by_order_the_first_comes_first_however_busy() {
    assert_eq!(order(Balance::Order, &[open(9), open(0), open(3)]), [0, 1, 2]);
}

#[test]
fn by_least_the_idlest_comes_first_and_ties_keep_their_order() {
    assert_eq!(order(Balance::Least, &[open(2), open(1), open(1), open(0)]), [3, 1, 2, 0]);
}

#[test]
fn those_that_rest_come_last_and_the_one_due_soonest_first_of_them() {
    let all = [resting(9, 0), open(5), resting(3, 7), open(4)];
    assert_eq!(order(Balance::Order, &all), [1, 3, 2, 0]);
    assert_eq!(order(Balance::Least, &all), [3, 1, 2, 0]);
}

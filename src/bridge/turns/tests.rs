use tokio_test::{assert_pending, assert_ready};

use super::*;

#[tokio::test(start_paused = true)]
async fn the_oldest_has_to_go_and_nobody_before_its_second_is_over() {
    let turns = Turns::default();
    let (first, gone, second) = (turns.begin(), turns.begin(), turns.begin());
    drop(gone);
    assert_eq!(turns.end_oldest(), FAIR);
    tokio::time::advance(FAIR / 2).await;
    let late = turns.begin();
    assert_eq!(turns.end_oldest(), FAIR / 2);
    tokio::time::advance(FAIR / 2).await;

    assert_eq!(turns.end_oldest(), AGAIN);
    assert_ready!(tokio_test::task::spawn(first.ended()).poll());
    assert_pending!(tokio_test::task::spawn(second.ended()).poll());
    assert_eq!(turns.end_oldest(), AGAIN);
    assert_ready!(tokio_test::task::spawn(second.ended()).poll());
    assert_eq!(turns.end_oldest(), FAIR / 2);
    assert_pending!(tokio_test::task::spawn(late.ended()).poll());
}

#[test]
fn turns_that_are_over_do_not_pile_up() {
    let turns = Turns::default();
    let _stays = turns.begin();
    for _ in 0..10 * MANY {
        drop(turns.begin());
    }
    assert!(turns.begun.lock().is_ok_and(|begun| begun.len() <= MANY));
}

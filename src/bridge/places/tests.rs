#![allow(clippy::unwrap_used)]

use super::*;

#[tokio::test]
async fn fewer_places_take_nobodys_and_count_once_they_come_free() {
    let seats = Seats::new(3);
    let (one, two, three) = tokio::join!(seats.take(), seats.take(), seats.take());
    seats.resize(1);
    tokio::task::yield_now().await;
    drop((one, two));
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    assert_eq!(seats.free.available_permits(), 0);
    drop(three);
    let _only = seats.take().await.unwrap();
    assert_eq!(seats.free.available_permits(), 0);
}

#[tokio::test]
async fn more_places_let_the_waiting_in_whatever_is_still_owed() {
    let seats = Seats::new(2);
    let _taken = (seats.take().await, seats.take().await);
    seats.resize(1);
    seats.resize(4);
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    assert_eq!(seats.free.available_permits(), 2);
}

#[tokio::test]
async fn fewer_places_hold_for_who_waits_for_one_already() {
    let seats = Seats::new(2);
    let (one, two) = (seats.take().await.unwrap(), seats.take().await.unwrap());
    let mut waiting = tokio_test::task::spawn(seats.take());
    tokio_test::assert_pending!(waiting.poll());
    seats.resize(1);
    drop(one);
    tokio_test::assert_pending!(waiting.poll());
    drop(two);
    tokio_test::assert_ready!(waiting.poll()).unwrap();
}

#[tokio::test]
async fn what_is_owed_is_paid_by_more_places_too() {
    let seats = Seats::new(2);
    let taken = [seats.take().await.unwrap(), seats.take().await.unwrap()];
    seats.resize(0);
    seats.resize(3);
    let _third = seats.take().await.unwrap();
    tokio_test::assert_pending!(tokio_test::task::spawn(seats.take()).poll());
    drop(taken);
    let _both = [seats.take().await.unwrap(), seats.take().await.unwrap()];
}

//! When the clocks end a connection, and when they do not.

use tokio::time::{Instant, sleep};

use super::*;
use crate::ferry::MessageFlow;
use crate::frame::Prefix;
use crate::telemetry::Outcome;

const SECOND: Duration = Duration::from_secs(1);

/// The clock is paused: it jumps to the next timer as soon as all tasks wait.
fn took(started: Instant, wanted: Duration) {
    let took = started.elapsed();
    assert!(took >= wanted && took < wanted + SECOND / 10, "took {took:?}, not {wanted:?}");
}

#[tokio::test(start_paused = true)]
async fn a_connection_without_a_byte_ends_as_idle() {
    let ((_client, a), (_target, b)) = (end(), end());
    let started = Instant::now();
    let limits = Limits { idle: Some(5 * SECOND), ..no_limits() };
    assert_eq!(run_bytes(a, b, limits).await.outcome, Outcome::Idle);
    took(started, 5 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_byte_in_either_direction_starts_the_idle_clock_anew() {
    let ((mut client, a), (mut target, b)) = (end(), end());
    let started = Instant::now();
    let limits = Limits { idle: Some(5 * SECOND), ..no_limits() };
    let talk = async {
        sleep(4 * SECOND).await;
        say(&mut client, b"x").await;
        sleep(4 * SECOND).await;
        say(&mut target, b"y").await;
    };
    let (ended, ()) = tokio::join!(run_bytes(a, b, limits), talk);
    assert_eq!(ended.outcome, Outcome::Idle);
    took(started, 13 * SECOND);
    assert_eq!((ended.to_target.bytes, ended.to_client.bytes), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn without_limits_an_open_connection_waits_for_days() {
    let ((_client, a), (_target, b)) = (end(), end());
    let days = tokio::time::timeout(10_000 * MINUTE, run_bytes(a, b, no_limits())).await;
    assert!(days.is_err(), "{days:?}");
}

#[tokio::test(start_paused = true)]
async fn a_half_closed_connection_ends_when_the_other_half_is_silent() {
    let ((mut client, a), (mut target, b)) = (end(), end());
    let started = Instant::now();
    let talk = async {
        sleep(3 * SECOND).await;
        client.shutdown().await.unwrap();
        sleep(59 * SECOND).await;
        say(&mut target, b"still there").await;
    };
    let (ended, ()) = tokio::join!(run_bytes(a, b, no_limits()), talk);
    assert_eq!(ended.outcome, Outcome::HalfClosed);
    took(started, 3 * SECOND + 59 * SECOND + MINUTE);
    assert_eq!(read_all(&mut client).await, b"still there");
}

#[tokio::test(start_paused = true)]
async fn a_lifetime_is_counted_from_accept_and_ends_a_busy_connection() {
    let ((mut client, a), (mut target, b)) = (end(), end());
    let started = Instant::now();
    let limits = Limits { lifetime: Some(10 * SECOND), idle: Some(6 * SECOND), ..no_limits() };
    let talk = async {
        for _ in 0..4 {
            sleep(3 * SECOND).await;
            // The last one finds the connection gone.
            let _ = client.write_all(b"x").await;
        }
    };
    let (ended, ()) = tokio::join!(run_bytes(a, b, limits), talk);
    assert_eq!(ended.outcome, Outcome::Lifetime);
    took(started, 12 * SECOND);
    assert_eq!(read_all(&mut target).await, b"xxx");
}

#[tokio::test(start_paused = true)]
async fn the_clock_of_a_half_close_runs_beside_a_longer_one() {
    let ((mut client, a), (_target, b)) = (end(), end());
    let started = Instant::now();
    let limits = Limits { lifetime: Some(100 * MINUTE), ..no_limits() };
    let talk = async {
        sleep(SECOND).await;
        client.shutdown().await.unwrap();
    };
    let (ended, ()) = tokio::join!(run_bytes(a, b, limits), talk);
    assert_eq!(ended.outcome, Outcome::HalfClosed);
    took(started, SECOND + MINUTE);
}

#[tokio::test(start_paused = true)]
async fn a_party_that_left_in_full_frees_its_place_at_once() {
    let ((mut client, a), (mut target, b)) = (end(), end());
    let started = Instant::now();
    say(&mut client, b"fire and forget").await;
    drop(client);
    let ended = run_bytes(a, b, no_limits()).await;
    assert_eq!(ended.outcome, Outcome::Done);
    took(started, Duration::ZERO);
    assert_eq!(read_all(&mut target).await, b"fire and forget");
}

#[tokio::test(start_paused = true)]
async fn a_cut_ends_a_connection_at_once() {
    let ((_client, a), (mut target, b)) = (end(), end());
    let cut = Cut::default();
    let pull = async {
        sleep(SECOND).await;
        cut.pull();
    };
    let flows = (ByteFlow::new(), ByteFlow::new());
    let (ended, ()) = tokio::join!(run(a, b, flows, no_limits(), &cut), pull);
    assert_eq!(ended.outcome, Outcome::Cut);
    assert_eq!(read_all(&mut target).await, b"");
}

#[tokio::test(start_paused = true)]
async fn a_cut_that_was_pulled_before_ends_a_connection_too() {
    let ((_client, a), (_target, b)) = (end(), end());
    let cut = Cut::default();
    cut.pull();
    let flows = (ByteFlow::new(), ByteFlow::new());
    assert_eq!(run(a, b, flows, no_limits(), &cut).await.outcome, Outcome::Cut);
}

/// Reads what is there each time a while has passed, up to the end.
async fn read_slowly(stream: &mut UnixStream, pause: Duration) -> usize {
    let (mut all, mut buffer) = (0, vec![0; 100_000]);
    loop {
        sleep(pause).await;
        match stream.read(&mut buffer).await.unwrap() {
            0 => return all,
            got => all += got,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_is_not_taken_for_a_silent_one() {
    const BYTES: usize = 1_000_000;
    for idle in [None, Some(MINUTE)] {
        let ((mut client, a), (mut target, b)) = (end(), end());
        let limits = Limits { idle, ..no_limits() };
        let upload = async {
            say(&mut client, &vec![1; BYTES]).await;
            client.shutdown().await.unwrap();
            read_all(&mut client).await
        };
        let work = async {
            let got = read_slowly(&mut target, 40 * SECOND).await;
            say(&mut target, b"got all").await;
            target.shutdown().await.unwrap();
            got
        };
        let (ended, answer, got) = tokio::join!(run_bytes(a, b, limits), upload, work);
        assert_eq!(ended.outcome, Outcome::Done, "{ended:?}");
        assert_eq!((got, &answer[..]), (BYTES, &b"got all"[..]));
    }
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_stops_in_between_is_silent_from_then_on() {
    let ((mut client, a), (mut target, b)) = (end(), end());
    let started = Instant::now();
    let work = async {
        say(&mut client, &[1; 100_000]).await;
        client.shutdown().await.unwrap();
        sleep(50 * SECOND).await;
        target.read_exact(&mut vec![0; 90_000]).await.unwrap();
    };
    let (ended, ()) = tokio::join!(run_bytes(a, b, no_limits()), work);
    assert_eq!(ended.outcome, Outcome::HalfClosed);
    // It is noticed at the next look, an eighth of the limit later at most.
    assert!((110..120).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
}

/// Most of it waits here when the client is gone.
async fn left_behind(limits: Limits) -> (Ended, usize, Duration) {
    let ((mut client, a), (mut target, b)) = (end(), end());
    let started = Instant::now();
    let speak = async {
        say(&mut client, &frame(200_000)).await;
        say(&mut client, &frame(900_000)).await;
        say(&mut client, &[0]).await;
        drop(client);
    };
    let flow = || MessageFlow::new(Some(Prefix::U32Be), Some(Prefix::U32Be), 1 << 20);
    let (cut, flows) = (Cut::default(), (flow(), flow()));
    let carried = run(a, b, flows, limits, &cut);
    let ((ended, took), (), got) = tokio::join!(
        async { (carried.await, started.elapsed()) },
        speak,
        read_slowly(&mut target, 40 * SECOND)
    );
    (ended, got, took)
}

fn frame(len: usize) -> Vec<u8> {
    [Prefix::U32Be.head(len).unwrap().as_slice(), &vec![3; len]].concat()
}

#[tokio::test(start_paused = true)]
async fn what_came_before_an_abort_reaches_a_reader_as_slow_as_it_may_be() {
    let (ended, got, took) = left_behind(no_limits()).await;
    assert_eq!(ended.outcome, Outcome::BadFrame, "{ended:?}");
    // And the byte that tears the stream.
    assert_eq!(got, 4 + 200_000 + 4 + 900_000 + 1);
    assert!(took > 3 * MINUTE, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_lifetime_limits_the_last_delivery_to_a_slow_reader() {
    let limits = Limits { lifetime: Some(MINUTE), ..no_limits() };
    let (_, got, took) = left_behind(limits).await;
    assert!(got < 1_000_000, "{got}");
    assert_eq!(took.as_secs(), 120);
}

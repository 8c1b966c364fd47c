use std::time::Duration;

use tokio::time::Instant;

use crate::gateway::admin::history::{EVERY, History, KEPT, Meter, Rate};

fn meter(to_target: u64, connections: u64) -> Meter {
    Meter { to_target, to_client: to_target / 2, connections }
}

/// Samples at the usual pace, of one bridge.
fn sampled(meters: impl IntoIterator<Item = Meter>) -> History {
    let (history, mut now) = (History::new(), Instant::now());
    for meter in meters {
        now += EVERY;
        history.sample(now, vec![("b".to_owned(), meter)]);
    }
    history
}

#[tokio::test]
async fn rates_are_a_second_and_those_of_a_late_sample_too() {
    let history = sampled([meter(1_000, 10), meter(5_000, 11)]);
    let rate = Rate { to_target: 2_000, to_client: 1_000, connections: 0.5 };
    assert_eq!(history.now("b"), rate);
    let late = Instant::now() + 3 * EVERY + Duration::from_secs(6);
    history.sample(late, vec![("b".to_owned(), meter(21_000, 11))]);
    let rate = history.now("b");
    assert!((1_600..=2_000).contains(&rate.to_target), "{rate:?}");
    assert_eq!(history.now("other"), Rate::default());
}

#[tokio::test]
async fn the_first_sample_of_a_bridge_is_no_burst() {
    let history = sampled([meter(1 << 40, 1_000_000)]);
    assert_eq!(history.now("b"), Rate::default());
}

#[tokio::test]
async fn numbers_that_begin_anew_are_no_burst() {
    let history = sampled([meter(5_000, 10), meter(100, 1)]);
    assert_eq!(history.now("b"), Rate::default());
}

#[tokio::test]
async fn the_past_is_bounded() {
    let history = sampled((0..1_000).map(|n| meter(n * 2, n)));
    let past = history.since(None);
    assert_eq!((past.next, past.kept), (1_000, KEPT));
    assert_eq!(past.bridges[0].to_target, vec![1; KEPT]);
}

#[tokio::test]
async fn a_reader_gets_what_it_has_not_seen() {
    let history = sampled((0..10).map(|n| meter(n * n * 2, n)));
    let epoch = history.since(None).epoch;
    let seen = |query: &str| history.since(Some(query)).bridges[0].to_target.len();
    assert_eq!(seen(&format!("since={epoch}.7")), 3);
    assert_eq!(seen(&format!("since={epoch}.10")), 0);
    assert_eq!(seen(&format!("since={epoch}.99")), 0);
    for all in ["since=1.7", "since=", "since=x.y", "", &format!("{epoch}.7")] {
        assert_eq!(seen(all), 10, "{all}");
    }
    assert_eq!(history.since(Some(&format!("since={epoch}.8"))).bridges[0].to_target, [15, 17]);
}

#[tokio::test]
async fn a_bridge_that_is_gone_takes_its_past_along() {
    let history = sampled([meter(1, 1), meter(2, 2)]);
    history.sample(Instant::now() + 4 * EVERY, vec![("c".to_owned(), meter(1, 1))]);
    let past = history.since(None);
    let names: Vec<_> = past.bridges.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["c"]);
}

//! Metrics, before and after.

use crate::cli::demo::metrics::{Counters, Moved};
use crate::telemetry::Outcome;

const BEFORE: &str = "\
# TYPE pipeferry_connections_total counter
pipeferry_connections_total{bridge=\"b\",outcome=\"done\"} 0
pipeferry_connections_total{bridge=\"b\",outcome=\"denied\"} 0
pipeferry_bytes_total{bridge=\"b\",direction=\"to_target\"} 5
pipeferry_connections_open{bridge=\"b\"} 3
";

const AFTER: &str = "\
pipeferry_connections_total{bridge=\"b\",outcome=\"done\"} 2
pipeferry_connections_total{bridge=\"b\",outcome=\"denied\"} 1
pipeferry_bytes_total{bridge=\"b\",direction=\"to_target\"} 5
pipeferry_messages_total{bridge=\"b\",direction=\"to_client\"} 7
pipeferry_connections_open{bridge=\"b\"} 4
";

#[test]
fn only_the_counters_that_moved_are_shown() {
    let (before, after) = (Counters::parse(BEFORE), Counters::parse(AFTER));
    let moved: Vec<_> = after.moved_since(&before).collect();
    let series = |name: &'static str, before, after| Moved { series: name, before, after };
    assert_eq!(
        moved,
        [
            series("pipeferry_connections_total{bridge=\"b\",outcome=\"denied\"}", 0, 1),
            series("pipeferry_connections_total{bridge=\"b\",outcome=\"done\"}", 0, 2),
            series("pipeferry_messages_total{bridge=\"b\",direction=\"to_client\"}", 0, 7),
        ]
    );
}

#[test]
fn counters_are_summed_by_what_they_count() {
    let after = Counters::parse(AFTER);
    assert_eq!((after.ended(Outcome::Done), after.ended_in_all()), (2, 3));
    assert_eq!(after.carried(), [(0, 5), (7, 0)]);
}

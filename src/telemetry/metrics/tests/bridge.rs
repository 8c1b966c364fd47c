use std::sync::Arc;
use std::time::Duration;

use crate::telemetry::Outcome;
use crate::telemetry::metrics::{Exposition, HandshakeEnd, SizeBatch};

#[test]
fn the_outcomes_are_numbered_in_the_order_of_their_list() {
    for (index, outcome) in Outcome::ALL.into_iter().enumerate() {
        assert_eq!(outcome as usize, index, "{outcome}");
    }
}

#[test]
fn every_series_of_a_bridge_is_there_at_zero_before_the_first_connection() {
    let exposition = Exposition::local();
    let _bridge = exposition.bridge("orders");
    let text = exposition.render();
    for outcome in Outcome::ALL {
        let line =
            format!("pipeferry_connections_total{{bridge=\"orders\",outcome=\"{outcome}\"}} 0\n");
        assert!(text.contains(&line), "{line} in\n{text}");
    }
    for line in [
        "pipeferry_connections_open{bridge=\"orders\"} 0\n",
        "pipeferry_connections_waiting{bridge=\"orders\"} 0\n",
        "pipeferry_bytes_total{bridge=\"orders\",direction=\"to_target\"} 0\n",
        "pipeferry_bytes_total{bridge=\"orders\",direction=\"to_client\"} 0\n",
        "pipeferry_messages_total{bridge=\"orders\",direction=\"to_target\"} 0\n",
        "pipeferry_messages_total{bridge=\"orders\",direction=\"to_client\"} 0\n",
        "pipeferry_message_size_bytes_count{bridge=\"orders\"} 0\n",
        "pipeferry_connection_seconds_count{bridge=\"orders\"} 0\n",
        "pipeferry_dial_seconds_count{bridge=\"orders\"} 0\n",
        "pipeferry_handshake_seconds_count{bridge=\"orders\",end=\"listen\"} 0\n",
        "pipeferry_handshake_seconds_count{bridge=\"orders\",end=\"connect\"} 0\n",
        "pipeferry_accept_errors_total{bridge=\"orders\"} 0\n",
    ] {
        assert!(text.contains(line), "{line} in\n{text}");
    }
    assert!(!text.contains("pipeferry_pipe_instances{"), "{text}");
}

#[test]
fn what_is_counted_is_read_back_and_exported() {
    let exposition = Exposition::local();
    let bridge = exposition.bridge("orders");
    bridge.to_target.bytes(5);
    bridge.to_client.bytes(7);
    let mut batch = SizeBatch::new();
    batch.record(100);
    batch.record(3);
    bridge.to_client.messages(&mut batch);
    bridge.ended(Outcome::TargetGone, Duration::from_millis(250));
    bridge.accept_error();
    bridge.dialled(Duration::from_micros(300));
    bridge.handshaken(HandshakeEnd::Connect, Duration::from_millis(3));
    bridge.watch_pipe_instances(Arc::new(4.into()));

    assert_eq!(bridge.total(Outcome::TargetGone), 1);
    assert_eq!(bridge.to_client.total_bytes(), 7);
    assert_eq!(bridge.to_client.total_messages(), 2);

    let text = exposition.render();
    for line in [
        "pipeferry_connections_total{bridge=\"orders\",outcome=\"target_gone\"} 1\n",
        "pipeferry_bytes_total{bridge=\"orders\",direction=\"to_target\"} 5\n",
        "pipeferry_bytes_total{bridge=\"orders\",direction=\"to_client\"} 7\n",
        "pipeferry_messages_total{bridge=\"orders\",direction=\"to_client\"} 2\n",
        "pipeferry_message_size_bytes_bucket{bridge=\"orders\",le=\"16\"} 1\n",
        "pipeferry_message_size_bytes_bucket{bridge=\"orders\",le=\"256\"} 2\n",
        "pipeferry_message_size_bytes_sum{bridge=\"orders\"} 103\n",
        "pipeferry_connection_seconds_bucket{bridge=\"orders\",le=\"0.05\"} 0\n",
        "pipeferry_connection_seconds_bucket{bridge=\"orders\",le=\"0.5\"} 1\n",
        "pipeferry_dial_seconds_bucket{bridge=\"orders\",le=\"0.0005\"} 1\n",
        "pipeferry_handshake_seconds_count{bridge=\"orders\",end=\"connect\"} 1\n",
        "pipeferry_accept_errors_total{bridge=\"orders\"} 1\n",
        "pipeferry_pipe_instances{bridge=\"orders\"} 4\n",
    ] {
        assert!(text.contains(line), "{line} in\n{text}");
    }
}

#[test]
fn guards_count_down_when_they_are_dropped() {
    let bridge = Exposition::local().bridge("orders");
    let (first, second) = (bridge.open(), bridge.open());
    let waiting = bridge.wait();
    assert_eq!((bridge.open_now(), bridge.waiting_now()), (2, 1));
    drop((first, waiting));
    assert_eq!((bridge.open_now(), bridge.waiting_now()), (1, 0));
    drop(second);
    assert_eq!(bridge.open_now(), 0);
}

#[test]
fn a_bridge_keeps_its_numbers_when_it_is_asked_for_again() {
    let exposition = Exposition::local();
    exposition.bridge("orders").ended(Outcome::Done, Duration::ZERO);
    assert_eq!(exposition.bridge("orders").total(Outcome::Done), 1);
    assert_eq!(exposition.bridge("other").total(Outcome::Done), 0);
}

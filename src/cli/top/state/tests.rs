#![allow(clippy::unwrap_used)]

use std::time::Duration;

use serde_json::json;

use super::*;

fn reply(connections: &[(&str, &str, f64, u64)]) -> StatusReply {
    let connections: Vec<_> = connections
        .iter()
        .map(|(id, bridge, seconds, bytes)| {
            json!({ "id": id, "bridge": bridge, "client": format!("pid {id}"), "seconds": seconds,
                "bytes_to_target": bytes, "bytes_to_client": 0 })
        })
        .collect();
    let open = connections.len();
    let status = json!({ "version": "1", "state": "running", "uptime_seconds": 5,
        "bridges": [{ "name": "a", "to_target": { "bytes": 0 }, "to_client": { "bytes": 0 } }] });
    serde_json::from_value(
        json!({ "pid": 1, "status": status, "open": open, "connections": connections }),
    )
    .unwrap()
}

fn ids(state: &State) -> Vec<&str> {
    state.shown.iter().map(|one| one.id.as_str()).collect()
}

#[test]
fn rates_are_of_the_time_between_two_answers_and_the_busiest_comes_first() {
    let (mut state, start) = (State::default(), Instant::now());
    state.take(reply(&[("slow", "a", 9.0, 1000), ("fast", "b", 1.0, 0)]), start);
    let later = start + Duration::from_secs(2);
    state.take(reply(&[("slow", "a", 11.0, 1010), ("fast", "b", 3.0, 900)]), later);
    assert_eq!(ids(&state), ["fast", "slow"]);
    assert_eq!((state.shown[0].rate, state.shown[1].rate), ((450, 0), (5, 0)));
}

#[test]
fn rows_are_sorted_and_filtered_as_the_keys_say() {
    let mut state = State::default();
    let all = [("x", "b", 9.0, 1), ("y", "a", 1.0, 7), ("z", "c", 5.0, 3)];
    state.take(reply(&all), Instant::now());
    state.sort_next();
    assert_eq!((state.sort.word(), ids(&state)), ("bytes", vec!["y", "z", "x"]));
    state.sort_next();
    assert_eq!((state.sort.word(), ids(&state)), ("age", vec!["x", "z", "y"]));
    state.sort_next();
    state.reverse();
    assert_eq!((state.sort.word(), ids(&state)), ("bridge", vec!["z", "x", "y"]));
    state.set_filter("PID Y".to_owned());
    assert_eq!(ids(&state), ["y"]);
    state.scroll(20);
    assert_eq!(state.offset, 0);
}

#[test]
fn a_halted_show_takes_nothing_and_a_lost_daemon_is_said() {
    let mut state = State::default();
    state.take(reply(&[("x", "a", 1.0, 1)]), Instant::now());
    state.paused = true;
    state.take(reply(&[]), Instant::now());
    assert_eq!(ids(&state), ["x"]);
    state.lost("error: no pipeferry answers\n  because");
    assert_eq!(state.error.as_deref(), Some("error: no pipeferry answers"));
}

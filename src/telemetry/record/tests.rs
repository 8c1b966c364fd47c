#![allow(clippy::unwrap_used)]

use super::*;
use crate::telemetry::log::tests::{logged_as_json, logged_as_text};

fn record<'a>(client: &'a dyn Display, target: &'a dyn Display) -> AccessRecord<'a> {
    AccessRecord {
        bridge: "orders",
        id: ConnectionId::next(),
        first_id: None,
        client,
        identity: None,
        target,
        dialled_from: None,
        to_target: Carried { bytes: 12, messages: Some(2) },
        to_client: Carried { bytes: 34, messages: Some(3) },
        lived: Duration::from_micros(1_234_567),
        outcome: Outcome::Done,
        reason: None,
    }
}

#[test]
fn the_line_has_every_field_at_the_top_level() {
    let mut record = record(&"10.0.0.1:4711", &"unix:/run/x.sock");
    record.identity = Some(&"CN=alice");
    record.reason = Some(&"said so");
    record.first_id = Some("5m2k9c0r4x7bz");
    record.dialled_from = Some("10.0.0.5:40312".parse().unwrap());
    let json = logged_as_json(|| record.write());
    assert_eq!(json["level"], "INFO");
    assert_eq!(json["message"], "connection ended");
    assert_eq!(json["bridge"], "orders");
    assert_eq!(json["id"], record.id.to_string());
    assert_eq!(json["first_id"], "5m2k9c0r4x7bz");
    assert_eq!(json["client"], "10.0.0.1:4711");
    assert_eq!(json["dialled_from"], "10.0.0.5:40312");
    assert_eq!(json["identity"], "CN=alice");
    assert_eq!(json["target"], "unix:/run/x.sock");
    assert_eq!(json["bytes_to_target"], 12);
    assert_eq!(json["bytes_to_client"], 34);
    assert_eq!(json["messages_to_target"], 2);
    assert_eq!(json["messages_to_client"], 3);
    assert_eq!(json["seconds"], 1.234_567);
    assert_eq!(json["outcome"], "done");
    assert_eq!(json["reason"], "said so");
}

#[test]
fn what_is_not_known_is_left_out() {
    let mut record = record(&"fifo", &"tcp:127.0.0.1:1");
    record.to_target.messages = None;
    record.to_client.messages = None;
    let json = logged_as_json(|| record.write());
    for field in [
        "first_id",
        "identity",
        "dialled_from",
        "reason",
        "messages_to_target",
        "messages_to_client",
    ] {
        assert_eq!(json.get(field), None, "{field}");
    }
    assert_eq!(json["bytes_to_target"], 12);
}

#[test]
fn text_has_the_same_fields_on_one_line() {
    let mut record = record(&"pid 7 uid 1000", &"pipe:orders");
    record.reason = Some(&"broken\nINFO forged outcome=done");
    record.outcome = Outcome::ClientGone;
    let text = logged_as_text(|| record.write());
    assert_eq!(text.matches('\n').count(), 1, "{text}");
    for part in [
        "connection ended",
        "bridge=\"orders\"",
        "client=\"pid 7 uid 1000\"",
        "target=\"pipe:orders\"",
        "bytes_to_target=12",
        "seconds=1.234567",
        "outcome=\"client_gone\"",
        "reason=\"broken\\nINFO forged outcome=done\"",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn a_long_name_from_outside_is_cut() {
    let long = "ü".repeat(100_000);
    let mut record = record(&long, &"pipe:orders");
    record.identity = Some(&long);
    let json = logged_as_json(|| record.write());
    let cut = json["client"].as_str().unwrap();
    assert_eq!(cut.chars().count(), LONGEST + 1);
    assert!(cut.ends_with("ü…"));
    assert_eq!(json["identity"].as_str().unwrap().chars().count(), LONGEST_IDENTITY + 1);
}

#[test]
fn a_name_of_just_the_limit_is_whole() {
    assert_eq!(bounded(&"abc", 3), "abc");
    assert_eq!(bounded(&"abcd", 3), "abc…");
    assert_eq!(bounded(&format_args!("{}{}", "abc", "d"), 3), "abc…");
    assert_eq!(bounded(&"", 0), "");
}

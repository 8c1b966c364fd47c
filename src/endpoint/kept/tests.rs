#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::testing::{file_with, unix};
use crate::config::{Config, parse};

fn listen(written: &str) -> Listen {
    let text = file_with(&format!("listen = {written}\nconnect = \"tcp:localhost:1\""));
    let config: Config = parse(&text, std::path::Path::new("t.toml"), &unix()).unwrap();
    config.bridges.into_iter().next().unwrap().listen
}

#[track_caller]
fn check(old: &str, new: &str, wanted: Keep) {
    assert_eq!(keep(&listen(old), &listen(new)), wanted, "{old} to {new}");
}

#[test]
fn a_socket_goes_on_where_its_place_and_kind_stay() {
    check("\"tcp:[::]:70\"", "{ address = \"tcp:[::]:70\", nodelay = false }", Keep::GoesOn);
    let tls = "{ address = \"tls:[::]:70\", identity = \"full\", allow = \"any\" }";
    check("\"tcp:[::]:70\"", tls, Keep::GoesOn);
    check("\"unix:/a\"", "{ address = \"unix:/a\", permissions = \"0666\" }", Keep::GoesOn);
    check("\"pipe:a\"", "{ address = \"pipe:a\", allow = [{ user = 1 }] }", Keep::GoesOn);
    check("\"fifo:/a\"", "\"fifo:/a\"", Keep::GoesOn);
}

#[test]
fn a_handed_socket_goes_on_unless_another_kind_is_asked_of_it() {
    let with = |options: &str| format!("{{ address = \"fd:a\"{options} }}");
    check(&with(""), &with(", nodelay = false"), Keep::GoesOn);
    let one = with(", allow = [{ user = 1 }]");
    check(&one, &with(", allow = [{ user = 2 }]"), Keep::GoesOn);
    check(&with(""), &one, Keep::Elsewhere);
    check(&with(""), &with(", identity = \"full\", allow = \"any\""), Keep::Elsewhere);
    check(&with(""), "\"fd:b\"", Keep::Elsewhere);
}

#[test]
fn another_place_needs_another_socket() {
    check("\"tcp:[::]:70\"", "\"tcp:[::]:71\"", Keep::Elsewhere);
    check("\"unix:/a\"", "\"unix:/b\"", Keep::Elsewhere);
    check("\"unix:/a\"", "\"fifo:/a\"", Keep::Elsewhere);
    check("\"pipe:a\"", "\"tcp:[::]:70\"", Keep::Elsewhere);
}

#[test]
fn what_is_settled_when_a_socket_is_made_is_said_by_its_name() {
    let shared = "{ address = \"tcp:[::]:70\", reuse_port = true }";
    check("\"tcp:[::]:70\"", shared, Keep::Fixed("reuse_port"));
    let outbound = "{ address = \"fifo:/a\", access = \"outbound\" }";
    check("\"fifo:/a\"", outbound, Keep::Fixed("access"));
}

//! Node's `net` module, which takes a pipe for a stream of bytes.

use crate::harness::{Machine, Side, Site, names, tunnel};

#[test]
fn bytes_go_from_node_to_node_between_two_windows_machines() {
    let (near, far, site) = (Machine::boot(), Machine::boot(), Site::new());
    let pipe = names::pipe("service");
    let mut service = far.node("net_echo.js", &[&pipe]);
    service.line("listening");
    let behind = "{ address = \"pipe:service\", half_close = \"close\" }";
    let tunnel = tunnel(
        &site,
        "byte",
        (Side::Windows(&near), "\"pipe:front\""),
        (Side::Windows(&far), behind),
    );
    let front = names::pipe("front");
    let clients = [near.node("net_client.js", &[&front, "10000000"]), {
        near.node("net_client.js", &[&front, "1"])
    }];
    for (client, wanted) in clients.into_iter().zip(["ok 10000000\n", "ok 1\n"]) {
        assert_eq!(client.finished().good(), wanted);
    }
    tunnel.all_done(2);
    let moved: u64 = tunnel.far.records().iter().map(|record| record.to_client).sum();
    assert_eq!(moved, 10_000_001);
    assert_eq!(service.said(), "listening\n", "and no connection failed");
}

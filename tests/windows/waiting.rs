//! Dialling a pipe that is busy, or that is not there yet.

use std::time::{Duration, Instant};

use crate::harness::{End, Machine, Site, names, noise, steps};

const FRONT: &str = "\"tcp:127.0.0.1:0\"";

#[test]
fn a_busy_pipe_is_waited_for() {
    let (machine, site) = (Machine::boot(), Site::new());
    let go = machine.drive_c("go");
    let script = format!(
        "listen ~service byte 4096 4096 accept await {} close \
         listen ~service byte 4096 4096 accept write 1 100 exit",
        names::path(&go)
    );
    let mut server = steps(&machine, &script);
    server.line("listen ok");
    let other = steps(&machine, "open ~service rw rest");
    server.line("accept ok");
    // Between the two instances the name is gone: told to wait, it waits for
    // that as well.
    let connect = "{ address = \"pipe:service\", wait = \"60s\" }";
    let gateway = machine.bridge(&site, FRONT, connect, "");
    let mut client = gateway.tcp("one");
    let busy = steps(&machine, "open ~service rw").finished().said;
    assert_eq!(busy, "open error 231\n");
    std::fs::write(go, "").unwrap();
    assert_eq!(client.rest(), noise(1, 100));
    other.finished().good();
    server.finished().good();
    gateway.ended("done");
}

#[test]
fn waiting_for_a_busy_pipe_has_an_end() {
    let (machine, site) = (Machine::boot(), Site::new());
    let mut server = steps(&machine, "listen ~service byte 4096 4096 accept read 1");
    server.line("listen ok");
    let other = steps(&machine, "open ~service rw say in rest");
    server.line("accept ok");
    let connect = "{ address = \"pipe:service\", wait = \"800ms\" }";
    let gateway = machine.bridge(&site, FRONT, connect, "");
    let start = Instant::now();
    assert_eq!(gateway.tcp("one").drain(), (vec![], End::Reset));
    assert!(start.elapsed() >= Duration::from_millis(750), "{:?}", start.elapsed());
    let record = gateway.ended("dial_failed");
    assert!(record.text("reason").contains("800ms"), "{record:?}");
    drop((server, other));
}

#[test]
fn a_pipe_that_nobody_serves_fails_at_once() {
    let (machine, site) = (Machine::boot(), Site::new());
    let more = "connect_timeout = \"10m\"";
    let gateway = machine.bridge(&site, FRONT, "\"pipe:nobody\"", more);
    assert_eq!(gateway.tcp("one").drain(), (vec![], End::Reset));
    let record = gateway.ended("dial_failed");
    assert!(record.text("target").contains("pipe:nobody"), "{record:?}");
}

#[test]
fn a_message_bridge_does_not_take_a_byte_pipe() {
    let (machine, site) = (Machine::boot(), Site::new());
    let mut server = steps(&machine, "listen ~service byte 4096 4096 accept rest");
    server.line("listen ok");
    let gateway = machine.bridge(&site, FRONT, "\"pipe:service\"", "mode = \"message\"");
    assert_eq!(gateway.tcp("one").drain(), (vec![], End::Reset));
    let record = gateway.ended("dial_failed");
    assert!(record.text("reason").contains("byte pipe"), "{record:?}");
}

#[test]
fn of_several_pipes_the_next_takes_the_client_while_one_is_not_there() {
    let (machine, site) = (Machine::boot(), Site::new());
    let script = "listen ~service byte 4096 4096 accept write 1 100 exit";
    let mut server = steps(&machine, script);
    server.line("listen ok");
    let gateway = machine.bridge(&site, FRONT, "[\"pipe:nobody\", \"pipe:service\"]", "");
    assert_eq!(gateway.tcp("one").rest(), noise(1, 100));
    server.finished().good();
    assert_eq!(gateway.ended("done").text("target"), "pipe:service");
    let nobody = [("bridge", "one"), ("target", "pipe:nobody")];
    assert_eq!(gateway.metrics().value("target_up", &nobody), 0.0);
}

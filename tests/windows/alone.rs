//! The real programs with no gateway between them, on one machine: what the
//! other scenes show is nothing without this.

use rstest::rstest;

use crate::harness::{Machine, Noise, built, eventually, names, steps};

#[test]
fn python_talks_to_python_over_a_pipe() {
    let machine = Machine::boot();
    let pipe = names::pipe("service");
    let mut service = machine.python("mp_listener.py", &["pipe", &pipe]);
    service.line(&pipe);
    let said = machine.python("mp_client.py", &["pipe", &pipe]).finished().good();
    assert!(said.ends_with("ok 5020\n"), "{said}");
}

#[test]
fn node_talks_to_node_over_a_pipe() {
    let machine = Machine::boot();
    let pipe = names::pipe("service");
    let mut service = machine.node("net_echo.js", &[&pipe]);
    service.line("listening");
    let said = machine.node("net_client.js", &[&pipe, "10000000"]).finished().good();
    assert_eq!(said, "ok 10000000\n");
}

#[rstest]
fn a_win32_client_and_server_understand_each_other(#[values("byte", "message")] kind: &str) {
    let machine = Machine::boot();
    let pipe = names::pipe("service");
    let mut server = machine.start(&built::program("win32_server"), &[&pipe, kind]);
    server.line("ready");
    let client = machine.start(&built::program("win32_client"), &[&pipe, kind]);
    assert_eq!(client.finished().good(), "understood\n");
    assert_eq!(server.finished().good(), "ready\nserved\n");
}

#[test]
fn two_machines_have_each_their_own_pipes() {
    let (here, there) = (Machine::boot(), Machine::boot());
    let mut server = steps(&here, "listen ~service byte 1024 1024 accept close");
    server.line("listen ok");
    let stranger = steps(&there, "wait ~service 10 open ~service rw").finished();
    assert_eq!(stranger.said, "wait error 2\nopen error 2\n");
    let client = steps(&here, "wait ~service -1 open ~service rw").finished();
    assert_eq!(client.said, "wait ok\nopen ok\n");
    assert_eq!(server.finished().good(), "listen ok\naccept ok\nclose ok\n");
}

/// The numbers that the rest of the tests go by, as this Windows gives them.
#[test]
fn the_errors_of_pipes_are_those_of_the_manual() {
    let machine = Machine::boot();
    let go = machine.drive_c("go");
    let script = format!(
        "listen ~service byte 1024 1024 accept read 4 await {} stream 1 10 10 exit",
        names::path(&go)
    );
    let mut server = steps(&machine, &script);
    server.line("listen ok");
    let mut client = steps(&machine, "open ~service rw write 1 4 rest write 1 1");
    client.line("write 4");
    let second = steps(&machine, "open ~service rw wait ~service 10").finished();
    assert_eq!(second.said, "open error 231\nwait error 121\n");
    std::fs::write(&go, "").unwrap();
    let (sent, back) = (Noise::new(1, 4).told(), Noise::new(1, 10).told());
    let empty = Noise::new(1, 0).told();
    let said = client.finished().said;
    let wanted = format!("open ok\nwrite {sent}\nrest {back} error 109\nwrite {empty} error 232\n");
    assert_eq!(said, wanted);
    eventually("the server to end", || server.said().contains("stream").then_some(()));
}

//! Many clients of one pipe: none finds the name gone, none finds all
//! instances taken.

use rstest::rstest;

use crate::harness::{Machine, Site, Target, built, echo, names, steps};

#[rstest]
fn three_hundred_impatient_clients_are_all_let_in(#[values("byte", "message")] mode: &str) {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let connect = format!("\"{}\"", target.address);
    let mode = format!("mode = \"{mode}\"");
    // One more than come at a time would be enough if each left as quickly as
    // the gateway sees it leave.
    let listen = "{ address = \"pipe:crowd\", backlog = 16 }";
    let gateway = machine.bridge(&site, listen, &connect, &mode);
    target.serve(echo);
    let arguments = [&names::pipe("crowd"), "300", "8"];
    let crowd = machine.start(&built::program("pipe_crowd"), &arguments).finished();
    assert_eq!(crowd.said, "300 opened, 300 served\n");
    let records = gateway.wait_records(300);
    assert_eq!(records.len(), 300);
    for record in records {
        assert!(["done", "client_gone"].contains(&record.outcome.as_str()), "{record:?}");
    }
    assert_eq!(gateway.metrics().value("accept_errors_total", &[("bridge", "one")]), 0.0);
}

#[test]
fn clients_that_come_and_leave_at_once_do_not_stop_the_listener() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let connect = format!("\"{}\"", target.address);
    let _gateway = machine.bridge(&site, "\"pipe:door\"", &connect, "");
    target.serve(echo);
    let passers_by = steps(&machine, "times 100 open ~door rw close wait ~door -1").finished();
    assert_eq!(passers_by.said, "open ok\nclose ok\nwait ok\n".repeat(100));
    let crowd = machine.start(&built::program("pipe_crowd"), &[&names::pipe("door"), "10", "1"]);
    assert_eq!(crowd.finished().said, "10 opened, 10 served\n");
}

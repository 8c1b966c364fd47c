//! Many clients of one pipe: none finds the name gone, none finds all
//! instances taken.

use rstest::rstest;

use crate::harness::{Gateway, Machine, Site, Target, built, echo, names, steps};

/// 300 clients, 8 at a time, of a pipe with an echo behind it.
fn crowd(machine: &Machine, gateway: &Gateway, manner: &str) {
    let arguments = [&names::pipe("crowd"), "300", "8", manner];
    let crowd = machine.start(&built::program("pipe_crowd"), &arguments).finished();
    assert_eq!(crowd.said, "300 opened, 300 served\n");
    let records = gateway.wait_records(300);
    assert_eq!(records.len(), 300);
    for record in records {
        assert!(["done", "client_gone"].contains(&record.outcome.as_str()), "{record:?}");
    }
    assert_eq!(gateway.metrics().value("accept_errors_total", &[("bridge", "one")]), 0.0);
}

/// Neither error 2 nor error 231: as many instances wait as clients come
/// at a time.
#[rstest]
fn three_hundred_impatient_clients_are_all_let_in(#[values("byte", "message")] mode: &str) {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let connect = format!("\"{}\"", target.address);
    let mode = format!("mode = \"{mode}\"");
    let listen = "\"pipe:crowd\"";
    let gateway = machine.bridge(&site, listen, &connect, &mode);
    target.serve(echo);
    crowd(&machine, &gateway, "impatient");
}

#[test]
fn one_instance_at_a_time_is_enough_for_clients_that_wait() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let connect = format!("\"{}\"", target.address);
    let listen = "{ address = \"pipe:crowd\", backlog = 1 }";
    let gateway = machine.bridge(&site, listen, &connect, "");
    target.serve(echo);
    crowd(&machine, &gateway, "patient");
}

#[test]
fn clients_that_come_and_leave_at_once_do_not_stop_the_listener() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let connect = format!("\"{}\"", target.address);
    let _gateway = machine.bridge(&site, "\"pipe:door\"", &connect, "");
    target.serve(echo);
    let passers_by = steps(&machine, "times 100 open ~door rw close wait ~door -1").finished();
    assert_eq!(passers_by.said, "open ok\nclose ok\nwait ok\n".repeat(100));
    let crowd =
        machine.start(&built::program("pipe_crowd"), &[&names::pipe("door"), "10", "1", "patient"]);
    assert_eq!(crowd.finished().said, "10 opened, 10 served\n");
}

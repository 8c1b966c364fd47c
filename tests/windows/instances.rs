//! What a pipe is made with, read back by a client, and how many clients it
//! takes.

use rstest::rstest;

use crate::harness::{Machine, Noise, Site, Target, echo, names, noise, steps};

fn to(target: &Target) -> String {
    format!("\"{}\"", target.address)
}

#[rstest]
#[case::of_the_mode("byte", "", "byte")]
#[case::of_the_mode("message", "", "message")]
#[case::as_said("byte", ", type = \"message\"", "message")]
fn the_type_is_the_modes_unless_said_otherwise(
    #[case] mode: &str,
    #[case] more: &str,
    #[case] kind: &str,
) {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let listen = format!("{{ address = \"pipe:front\"{more} }}");
    let mode = format!("mode = \"{mode}\"");
    let _gateway = machine.bridge(&site, &listen, &to(&target), &mode);
    let said = steps(&machine, "open ~front rw info").finished().said;
    assert!(said.contains(&format!("\ninfo client {kind} ")), "{said}");
}

#[test]
fn buffers_and_limits_are_those_that_were_configured() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let listen = "{ address = \"pipe:front\", in_buffer = \"8KiB\", out_buffer = \"12KiB\", \
                  instances = 7, backlog = 3 }";
    let gateway = machine.bridge(&site, listen, &to(&target), "");
    let client = steps(&machine, "open ~front rw info state server close");
    let said = client.finished().said;
    let wanted = "info client byte out 12288 in 8192 instances 7\nstate byte wait ";
    assert!(said.contains(wanted), "{said}");
    assert!(said.contains("server known"), "{said}");
    // As many wait as were asked for, once the client has gone.
    gateway.metric_reaches("pipe_instances", &[("bridge", "one")], 3.0);
}

#[test]
fn instances_are_unlimited_unless_said_otherwise() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let gateway = machine.bridge(&site, "\"pipe:front\"", &to(&target), "");
    gateway.metric_reaches("pipe_instances", &[("bridge", "one")], 8.0);
    let said = steps(&machine, "open ~front rw info").finished().said;
    let told = said.trim_end().rsplit(' ').next().unwrap();
    // PIPE_UNLIMITED_INSTANCES is 255; Wine hands on what it keeps for it.
    assert!(["255", "4294967295"].contains(&told), "{said}");
}

/// Error 231 for one too many; a place that is left is given to the next.
#[test]
fn no_more_clients_come_in_than_there_are_instances() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let listen = "{ address = \"pipe:front\", instances = 2, default_timeout = \"700ms\" }";
    let _gateway = machine.bridge(&site, listen, &to(&target), "");
    target.serve(echo);
    let mut first = steps(&machine, "open ~front rw write 1 5 read 5 read 1");
    let mut second = steps(&machine, "open ~front rw write 1 5 read 5 read 1");
    first.line("read 5");
    second.line("read 5");
    // 0 asks for the time that the pipe was made with.
    let third = steps(&machine, "open ~front rw clock wait ~front 0 clock").finished().said;
    assert!(third.starts_with("open error 231\nclock 0\nwait error 121\nclock "), "{third}");
    let waited: u32 = third.trim_end().rsplit(' ').next().unwrap().parse().unwrap();
    assert!((690..10_000).contains(&waited), "{waited} ms");
    let patient = steps(&machine, "wait ~front -1 open ~front rw write 2 5 read 5");
    first.kill();
    let back = Noise::new(2, 5).told();
    let said = patient.finished().said;
    assert_eq!(said, format!("wait ok\nopen ok\nwrite {back}\nread {back}\n"));
    second.kill();
}

/// They wait at instances that were made at different times, before and after
/// others were taken.
#[test]
fn who_waits_is_let_in_in_the_order_of_coming() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let listen = "{ address = \"pipe:front\", backlog = 4 }";
    let gateway = machine.bridge(&site, listen, &to(&target), "max_connections = 1");
    let go = machine.drive_c("go");
    let script = format!("open ~front rw write 9 5 await {} exit", names::path(&go));
    let _first = steps(&machine, &script);
    let mut service = target.accept();
    assert_eq!(service.exactly(5), noise(9, 5));
    // One for each instance that waits.
    for number in 1..=4 {
        let waiting = steps(&machine, &format!("open ~front rw write {number} 5 exit"));
        assert!(waiting.finished().good().starts_with("open ok\nwrite 5 "), "{number}");
    }
    std::fs::write(go, "").unwrap();
    assert_eq!(service.rest(), b"");
    drop(service);
    for number in 1..=4 {
        assert_eq!(target.accept().rest(), noise(number, 5), "client {number}");
    }
    gateway.wait_records(5);
}

/// The system keeps an instance until its client has closed it too.
#[test]
fn the_only_instance_is_made_again_when_its_client_has_let_go() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let listen = "{ address = \"pipe:front\", instances = 1, half_close = \"close\" }";
    let gateway = machine.bridge(&site, listen, &to(&target), "");
    for number in 1..=3 {
        // It has the end, looks away for a moment, and only then lets go.
        let script = format!("open ~front rw write {number} 5 rest say lingers slowly 1 300 close");
        let mut client = steps(&machine, &script);
        let mut service = target.accept();
        assert_eq!(service.exactly(5), noise(number, 5), "client {number}");
        service.finish();
        client.line("lingers");
        assert!(client.finished().good().ends_with("error 109\nclose ok\n"), "client {number}");
        assert_eq!(service.rest(), b"");
        gateway.metric_reaches("pipe_instances", &[("bridge", "one")], 1.0);
    }
    assert_eq!(gateway.metrics().value("accept_errors_total", &[("bridge", "one")]), 0.0);
    for record in gateway.wait_records(3) {
        assert_eq!(record.outcome, "done", "{record:?}");
    }
}

#[test]
fn an_inbound_pipe_carries_towards_the_target_alone() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let listen = "{ address = \"pipe:front\", access = \"inbound\" }";
    let gateway = machine.bridge(&site, listen, &to(&target), "");
    let refused = steps(&machine, "open ~front rw open ~front r").finished();
    assert_eq!(refused.said, "open error 5\nopen error 5\n");
    let client = steps(&machine, "open ~front w write 1 100000 exit");
    let mut service = target.accept();
    assert!(service.rest() == noise(1, 100_000));
    service.finish();
    client.finished().good();
    gateway.ended("done");
}

#[test]
fn an_outbound_pipe_carries_towards_the_client_alone() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let listen = "{ address = \"pipe:front\", access = \"outbound\", half_close = \"close\" }";
    let gateway = machine.bridge(&site, listen, &to(&target), "");
    let refused = steps(&machine, "open ~front rw open ~front w").finished();
    assert_eq!(refused.said, "open error 5\nopen error 5\n");
    let client = steps(&machine, "open ~front r rest");
    let mut service = target.accept();
    service.send(&noise(1, 100_000));
    service.finish();
    let all = Noise::new(1, 100_000).told();
    assert_eq!(client.finished().said, format!("open ok\nrest {all} error 109\n"));
    assert_eq!(gateway.ended("done").to_client, 100_000);
}

/// It is never read from, so only a write tells: docs/windows.md says so.
#[test]
fn who_leaves_an_outbound_pipe_is_missed_by_the_idle_timeout() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let listen = "{ address = \"pipe:front\", access = \"outbound\" }";
    let gateway = machine.bridge(&site, listen, &to(&target), "idle_timeout = \"500ms\"");
    let client = steps(&machine, "open ~front r close");
    let service = target.accept();
    assert_eq!(client.finished().said, "open ok\nclose ok\n");
    gateway.ended("idle");
    drop(service);
}

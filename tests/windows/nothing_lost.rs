//! The end of a connection over a pipe: all that was written arrives, whoever
//! leaves first and whoever is slow.

use rstest::rstest;

use crate::harness::payload::assert_same;
use crate::harness::{
    Framing, Machine, Messages, Noise, Side, Site, Target, admin, eventually, names, noise, steps,
    tunnel,
};

const INTERRUPT: rustix::process::Signal = rustix::process::Signal::INT;

fn to(target: &Target) -> String {
    format!("\"{}\"", target.address)
}

#[rstest]
fn a_client_that_writes_and_leaves_has_said_it_all(
    #[values("byte", "message")] mode: &str,
    #[values("64KiB", "1MiB")] buffer: &str,
) {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let listen = format!("{{ address = \"pipe:front\", in_buffer = \"{buffer}\" }}");
    let more = format!("mode = \"{mode}\"");
    let gateway = machine.bridge(&site, &listen, &to(&target), &more);
    let sent = Noise::new(1, 200_000);
    let client = steps(&machine, "open ~front rw write 1 200000 exit").finished();
    assert_eq!(client.said, format!("open ok\nwrite {}\n", sent.told()));
    let mut service = target.accept();
    if mode == "byte" {
        assert_same("all of it", &service.rest(), &sent.0);
    } else {
        let mut service = Messages::Framed(service, Framing::U32Be);
        assert_same("the message", &service.recv().unwrap(), &sent.0);
        assert_eq!(service.recv(), None, "a clean end");
    }
    assert_eq!(gateway.ended("done").to_target, 200_000);
}

#[rstest]
fn a_server_that_writes_and_exits_has_said_it_all(#[values("byte", "message")] mode: &str) {
    let (machine, site) = (Machine::boot(), Site::new());
    let script = format!("listen ~service {mode} 1048576 1048576 accept write 1 200000 exit");
    let mut server = steps(&machine, &script);
    server.line("listen ok");
    let more = format!("mode = \"{mode}\"");
    let gateway = machine.bridge(&site, "\"tcp:127.0.0.1:0\"", "\"pipe:service\"", &more);
    let mut client = gateway.tcp("one");
    let sent = Noise::new(1, 200_000);
    if mode == "byte" {
        assert_same("all of it", &client.rest(), &sent.0);
    } else {
        let mut client = Messages::Framed(client, Framing::U32Be);
        assert_same("the message", &client.recv().unwrap(), &sent.0);
        assert_eq!(client.recv(), None, "a clean end");
    }
    assert_eq!(gateway.ended("done").to_client, 200_000);
}

#[test]
fn a_reader_slower_than_the_writer_gets_it_all() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let listen = "{ address = \"pipe:front\", half_close = \"close\" }";
    let gateway = machine.bridge(&site, listen, &to(&target), "");
    let client = steps(&machine, "open ~front rw slowly 5000 5");
    let mut service = target.accept();
    service.send(&noise(3, 500_000));
    service.finish();
    let all = Noise::new(3, 500_000).told();
    assert_eq!(client.finished().said, format!("open ok\nslowly {all} error 109\n"));
    assert_eq!(gateway.ended("done").to_client, 500_000);
}

#[test]
fn a_server_slower_than_its_client_gets_it_all() {
    let (machine, site) = (Machine::boot(), Site::new());
    let mut server = steps(&machine, "listen ~service byte 4096 4096 accept slowly 5000 5");
    server.line("listen ok");
    let connect = "{ address = \"pipe:service\", half_close = \"close\" }";
    let gateway = machine.bridge(&site, "\"tcp:127.0.0.1:0\"", connect, "");
    let mut client = gateway.tcp("one");
    client.send(&noise(3, 500_000));
    client.finish();
    assert_eq!(client.rest(), b"");
    let all = Noise::new(3, 500_000).told();
    let said = server.finished().said;
    assert_eq!(said, format!("listen ok\naccept ok\nslowly {all} error 109\n"));
    assert_eq!(gateway.ended("done").to_target, 500_000);
}

/// More than the pipe holds: the gateway is told to stop while a write waits
/// for the client to read.
#[test]
fn a_gateway_that_is_told_to_stop_finishes_the_write_that_is_pending() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let listen = "{ address = \"pipe:front\", half_close = \"close\" }";
    let mut gateway = machine.bridge(&site, listen, &to(&target), "");
    let go = machine.drive_c("go");
    let script = format!("open ~front rw await {} rest", names::path(&go));
    let client = steps(&machine, &script);
    let mut service = target.accept();
    service.send(&noise(4, 1_000_000));
    service.finish();
    gateway.signal(INTERRUPT);
    eventually("the gateway to drain", || {
        (admin::get(gateway.admin(), "/readyz").status == 503).then_some(())
    });
    assert!(gateway.running(), "it waits for its client");
    std::fs::write(go, "").unwrap();
    let all = Noise::new(4, 1_000_000).told();
    let said = client.finished().said;
    assert_eq!(said, format!("open ok\nawait ok\nrest {all} error 109\n"));
    assert_eq!(gateway.wait_exit(), 0);
    assert_eq!(gateway.record().outcome, "drained");
}

/// Less than the pipe holds: all is written when the process ends, and read
/// only after that.
#[rstest]
fn what_was_written_outlives_the_gateway(#[values("byte", "message")] mode: &str) {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let listen = "{ address = \"pipe:front\", half_close = \"close\", out_buffer = \"1MiB\" }";
    let more = format!("mode = \"{mode}\"");
    let mut gateway = machine.bridge(&site, listen, &to(&target), &more);
    let go = machine.drive_c("go");
    let read = if mode == "byte" { "rest" } else { "mode message message rest" };
    let script = format!("open ~front rw await {} {read}", names::path(&go));
    let client = steps(&machine, &script);
    let mut service = target.accept();
    let sent = Noise::new(5, 50_000);
    if mode == "byte" {
        service.send(&sent.0);
    } else {
        Framing::U32Be.write(&mut service, &sent.0).unwrap();
    }
    service.finish();
    assert_eq!(gateway.ended("done").to_client, 50_000);
    gateway.signal(INTERRUPT);
    assert_eq!(gateway.wait_exit(), 0);
    std::fs::write(go, "").unwrap();
    let nothing = Noise::new(5, 0).told();
    let wanted = match mode {
        "byte" => format!("rest {} error 109\n", sent.told()),
        _ => format!("mode ok\nmessage {}\nrest {nothing} error 109\n", sent.told()),
    };
    assert_eq!(client.finished().said, format!("open ok\nawait ok\n{wanted}"));
}

/// The way of a client's last words through two gateways.
#[test]
fn a_client_that_leaves_has_said_it_all_on_the_other_machine() {
    let (near, far, site) = (Machine::boot(), Machine::boot(), Site::new());
    let mut server = steps(&far, "listen ~service byte 4096 4096 accept rest");
    server.line("listen ok");
    let behind = "{ address = \"pipe:service\", half_close = \"close\" }";
    let front = "\"pipe:front\"";
    let tunnel =
        tunnel(&site, "byte", (Side::Windows(&near), front), (Side::Windows(&far), behind));
    steps(&near, "open ~front rw write 1 200000 exit").finished().good();
    let all = Noise::new(1, 200_000).told();
    let said = server.finished().said;
    assert_eq!(said, format!("listen ok\naccept ok\nrest {all} error 109\n"));
    tunnel.all_done(1);
}

/// And back.
#[test]
fn a_server_that_exits_has_said_it_all_on_the_other_machine() {
    let (near, far, site) = (Machine::boot(), Machine::boot(), Site::new());
    let script = "listen ~service message 1048576 1048576 accept write 1 200000 exit";
    let mut server = steps(&far, script);
    server.line("listen ok");
    let front = "{ address = \"pipe:front\", half_close = \"close\" }";
    let (near_end, far_end) =
        ((Side::Windows(&near), front), (Side::Windows(&far), "\"pipe:service\""));
    let tunnel = tunnel(&site, "message", near_end, far_end);
    let client = steps(&near, "open ~front rw mode message message rest");
    let (all, nothing) = (Noise::new(1, 200_000).told(), Noise::new(1, 0).told());
    let said = client.finished().said;
    assert_eq!(said, format!("open ok\nmode ok\nmessage {all}\nrest {nothing} error 109\n"));
    tunnel.all_done(1);
}

//! What a pipe's party is told when the other direction has ended, in the
//! three forms of `half_close`, and what the errors of pipes mean.

use rstest::rstest;

use crate::harness::payload::assert_same;
use crate::harness::{
    Duplex, End, Framing, Machine, Messages, Noise, Running, Site, Target, eventually, names,
    noise, steps,
};

fn to(target: &Target) -> String {
    format!("\"{}\"", target.address)
}

fn nothing() -> String {
    Noise::new(0, 0).told()
}

#[test]
fn none_tells_a_client_nothing_and_lets_it_go_on() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let gateway = machine.bridge(&site, "\"pipe:front\"", &to(&target), "");
    let go = machine.drive_c("go");
    let script = format!("open ~front rw read 4 await {} peek write 2 5 close", names::path(&go));
    let mut client = steps(&machine, &script);
    let mut service = target.accept();
    service.send(&noise(1, 4));
    service.finish();
    client.line("read 4");
    std::fs::write(go, "").unwrap();
    assert_eq!(service.rest(), noise(2, 5));
    let said = client.finished().said;
    assert!(said.contains("\npeek 0, 0 of this message\nwrite 5 "), "{said}");
    gateway.ended("done");
}

#[test]
fn none_leaves_a_client_that_waits_to_the_timeout() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let more = "half_close_timeout = \"500ms\"";
    let gateway = machine.bridge(&site, "\"pipe:front\"", &to(&target), more);
    let client = steps(&machine, "open ~front rw rest");
    let mut service = target.accept();
    service.send(&noise(1, 4));
    service.finish();
    let all = Noise::new(1, 4).told();
    assert_eq!(client.finished().said, format!("open ok\nrest {all} error 109\n"));
    gateway.ended("half_closed");
}

/// A bridge of messages, and one of bytes over a message pipe, as Docker's is.
fn zero_message(mode: &str) -> (String, String) {
    let options = "type = \"message\", half_close = \"zero-message\"";
    (format!("{{ address = \"pipe:PIPE\", {options} }}"), format!("mode = \"{mode}\""))
}

/// One message of noise, in the words of the mode.
fn say(stream: &mut Duplex, mode: &str, seed: u64, count: usize) {
    match mode {
        "message" => Framing::U32Be.write(stream, &noise(seed, count)).unwrap(),
        _ => stream.send(&noise(seed, count)),
    }
}

/// What comes until a clean end, which must be one message in message mode.
fn hear(stream: Duplex, mode: &str) -> (Vec<u8>, Duplex) {
    if mode == "byte" {
        let mut stream = stream;
        return (stream.rest(), stream);
    }
    let mut messages = Messages::Framed(stream, Framing::U32Be);
    let heard = messages.recv().unwrap();
    assert_eq!(messages.recv(), None, "a clean end");
    let Messages::Framed(stream, _) = messages else { unreachable!() };
    (heard, stream)
}

#[rstest]
fn an_empty_message_tells_a_client_and_it_goes_on(#[values("byte", "message")] mode: &str) {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let (listen, more) = zero_message(mode);
    let gateway = machine.bridge(&site, &listen.replace("PIPE", "front"), &to(&target), &more);
    // In byte mode it may come as several messages.
    let read = if mode == "message" { "message" } else { "read 70000" };
    let script = format!("open ~front rw mode message {read} message write 2 5 close");
    let client = steps(&machine, &script);
    let mut service = target.accept();
    say(&mut service, mode, 1, 70_000);
    service.finish();
    let (answer, _service) = hear(service, mode);
    assert_eq!(answer, noise(2, 5));
    let (came, sent) = (Noise::new(1, 70_000).told(), Noise::new(2, 5).told());
    let wanted = format!("{came}\nmessage {}\nwrite {sent}\nclose ok\n", nothing());
    let verb = if mode == "message" { "message" } else { "read" };
    assert_eq!(client.finished().said, format!("open ok\nmode ok\n{verb} {wanted}"));
    gateway.ended("done");
}

#[rstest]
fn an_empty_message_of_a_client_ends_its_direction(#[values("byte", "message")] mode: &str) {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let (listen, more) = zero_message(mode);
    let gateway = machine.bridge(&site, &listen.replace("PIPE", "front"), &to(&target), &more);
    let script = "open ~front rw mode message write 1 500 write 1 0 message message close";
    let client = steps(&machine, script);
    let (request, mut service) = hear(target.accept(), mode);
    assert_eq!(request, noise(1, 500));
    say(&mut service, mode, 2, 1000);
    service.finish();
    let said = client.finished().said;
    let answer = Noise::new(2, 1000).told();
    let wanted = format!("message {answer}\nmessage {}\nclose ok\n", nothing());
    assert!(said.ends_with(&wanted), "{said}");
    gateway.ended("done");
}

/// To who knows the convention it is an end that is none: docs/windows.md says
/// so.
#[test]
fn an_empty_message_of_the_target_is_handed_on() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let (listen, more) = zero_message("message");
    let gateway = machine.bridge(&site, &listen.replace("PIPE", "front"), &to(&target), &more);
    let client = steps(&machine, "open ~front rw mode message message message close");
    let mut service = target.accept();
    say(&mut service, "message", 1, 0);
    say(&mut service, "message", 2, 5);
    let (empty, then) = (nothing(), Noise::new(2, 5).told());
    let said = client.finished().said;
    assert_eq!(said, format!("open ok\nmode ok\nmessage {empty}\nmessage {then}\nclose ok\n"));
    gateway.ended("done");
}

#[rstest]
fn an_empty_message_tells_a_server_and_it_answers(#[values("byte", "message")] mode: &str) {
    let (machine, site) = (Machine::boot(), Site::new());
    let script = "listen ~service message 4096 4096 accept message message write 2 300 exit";
    let mut server = steps(&machine, script);
    server.line("listen ok");
    let (connect, more) = zero_message(mode);
    let connect = connect.replace("PIPE", "service");
    let gateway = machine.bridge(&site, "\"tcp:127.0.0.1:0\"", &connect, &more);
    let mut client = gateway.tcp("one");
    say(&mut client, mode, 1, 500);
    client.finish();
    assert_eq!(hear(client, mode).0, noise(2, 300));
    let (came, sent) = (Noise::new(1, 500).told(), Noise::new(2, 300).told());
    let wanted = format!("message {came}\nmessage {}\nwrite {sent}\n", nothing());
    assert_eq!(server.finished().said, format!("listen ok\naccept ok\n{wanted}"));
    gateway.ended("done");
}

#[rstest]
fn close_gives_a_client_everything_and_then_the_end(#[values("byte", "message")] mode: &str) {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let listen = "{ address = \"pipe:front\", half_close = \"close\" }";
    let more = format!("mode = \"{mode}\"");
    let gateway = machine.bridge(&site, listen, &to(&target), &more);
    let client = steps(&machine, "open ~front rw rest write 1 1");
    let mut service = target.accept();
    say(&mut service, mode, 1, 200_000);
    service.finish();
    let (all, nothing) = (Noise::new(1, 200_000).told(), nothing());
    let wanted = format!("open ok\nrest {all} error 109\nwrite {nothing} error 232\n");
    assert_eq!(client.finished().said, wanted);
    gateway.ended("done");
}

/// It reads nothing, so it waits for no end: the pipe stays open for what it
/// still says.
#[rstest]
#[case::close("byte", "close")]
#[case::close_of_a_message_pipe("message", "close")]
#[case::empty_message("message", "zero-message")]
fn who_is_only_read_from_speaks_on_after_the_targets_end(#[case] kind: &str, #[case] end: &str) {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let listen = format!(
        "{{ address = \"pipe:front\", access = \"inbound\", type = \"{kind}\", \
         half_close = \"{end}\" }}"
    );
    let gateway = machine.bridge(&site, &listen, &to(&target), "");
    let go = machine.drive_c("go");
    let script =
        format!("open ~front w write 1 5 await {} stream 2 2000000 1000 exit", names::path(&go));
    let client = steps(&machine, &script);
    let mut service = target.accept();
    assert_eq!(service.exactly(5), noise(1, 5));
    service.finish();
    // The end is at the gateway long before the last of 2000 writes.
    std::fs::write(go, "").unwrap();
    let (came, how) = service.drain();
    assert_same("all that it said", &came, &noise(2, 2_000_000));
    assert_eq!(how, End::Clean);
    let (first, then) = (Noise::new(1, 5).told(), Noise::new(2, 2_000_000).told());
    let said = client.finished().said;
    assert_eq!(said, format!("open ok\nwrite {first}\nawait ok\nstream {then}\n"));
    assert_eq!(gateway.ended("done").to_target, 2_000_005);
}

/// The target ends its direction at once, while the client is on its way out.
#[rstest]
fn an_empty_message_to_who_has_left_is_no_failure(#[values("byte", "message")] mode: &str) {
    const CLIENTS: usize = 100;
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let (listen, more) = zero_message(mode);
    let gateway = machine.bridge(&site, &listen.replace("PIPE", "front"), &to(&target), &more);
    let script = format!("times {CLIENTS} open ~front rw write 1 500 close wait ~front -1");
    let clients = steps(&machine, &script);
    for number in 0..CLIENTS {
        let mut service = target.accept();
        service.finish();
        // A clean end, no reset.
        assert_eq!(hear(service, mode).0, noise(1, 500), "client {number}");
    }
    clients.finished().good();
    for record in gateway.wait_records(CLIENTS) {
        assert_eq!(record.outcome, "done", "{record:?}");
    }
}

/// What it said waits for the target, so that it has left for certain when it
/// is to be told the target's end.
#[test]
fn what_waits_of_a_client_that_has_left_arrives_after_the_targets_end() {
    const MUCH: usize = 16_000_000;
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let listen = "{ address = \"pipe:front\", type = \"message\", half_close = \"zero-message\", \
                  in_buffer = \"16MiB\" }";
    let gateway = machine.bridge(&site, listen, &to(&target), "");
    let client = steps(&machine, &format!("open ~front rw write 1 {MUCH} exit"));
    client.finished().good();
    let mut service = target.accept();
    service.finish();
    let (came, how) = service.drain();
    assert_same("all that it said", &came, &noise(1, MUCH));
    assert_eq!(how, End::Clean);
    assert_eq!(gateway.ended("done").to_target, MUCH as u64);
}

/// Starts a server by its steps, a bridge to it, and a TCP client.
fn client_of(machine: &Machine, site: &Site, script: &str) -> (Running, crate::harness::Gateway) {
    let mut server = steps(machine, script);
    server.line("listen ok");
    let gateway = machine.bridge(site, "\"tcp:127.0.0.1:0\"", "\"pipe:service\"", "");
    (server, gateway)
}

/// Error 233: not a broken pipe, but one that its server has let go.
#[test]
fn a_server_that_disconnects_has_ended() {
    let (machine, site) = (Machine::boot(), Site::new());
    let script = "listen ~service byte 4096 4096 accept write 1 1000 flush disconnect accept";
    let (server, gateway) = client_of(&machine, &site, script);
    assert_eq!(gateway.tcp("one").rest(), noise(1, 1000));
    gateway.ended("done");
    drop(server);
}

/// Error 232: what is still to be written has nobody to take it.
#[test]
fn a_client_that_leaves_while_the_target_speaks_harms_nobody_else() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let gateway = machine.bridge(&site, "\"pipe:front\"", &to(&target), "");
    let client = steps(&machine, "open ~front rw read 1000 exit");
    let mut service = target.accept();
    service.write_fails();
    client.finished().good();
    let record = gateway.wait_records(1).remove(0);
    assert!(["client_gone", "done"].contains(&record.outcome.as_str()), "{record:?}");
    let next = steps(&machine, "open ~front rw write 1 10 exit");
    assert_eq!(target.accept().rest(), noise(1, 10));
    next.finished().good();
}

/// TLS without close_notify. (A TCP reset is no reset to programs that poll in
/// Wine: it reads as a clean end there, in Python's `select` as well.)
#[test]
fn a_target_that_is_cut_off_closes_the_pipe_after_what_came_before() {
    let (machine, site) = (Machine::boot(), Site::new());
    let target = Target::tls(&site);
    let identity = site.identity("gateway");
    let config = format!(
        "{identity}[bridge.one]\nlisten = \"pipe:front\"\n\
         connect = {{ address = \"{}\", identity = \"gateway\" }}\n",
        target.address
    );
    let gateway = machine.gateway(&site, "pipeferry.toml", &config);
    let client = steps(&machine, "open ~front rw rest");
    let mut service = target.accept();
    service.send(&noise(1, 50_000));
    service.cut();
    let all = Noise::new(1, 50_000).told();
    assert_eq!(client.finished().said, format!("open ok\nrest {all} error 109\n"));
    gateway.ended("target_gone");
}

#[test]
fn a_server_that_is_killed_is_an_end_like_any_other() {
    let (machine, site) = (Machine::boot(), Site::new());
    let script = "listen ~service byte 4096 4096 accept write 1 10 read 1";
    let (server, gateway) = client_of(&machine, &site, script);
    let mut client = gateway.tcp("one");
    assert_eq!(client.exactly(10), noise(1, 10));
    server.kill();
    // Windows tells a closed pipe and a killed server alike.
    assert_eq!(client.drain(), (vec![], End::Clean));
    eventually("its record", || gateway.records().pop());
}

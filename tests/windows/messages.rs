//! Messages over Windows pipes keep their ends, whatever their size.

use crate::harness::steps::{messages, told_messages};
use crate::harness::{Duplex, End, Framing, Machine, Messages, Noise, Site, Target, noise, steps};

const MESSAGE: &str = "mode = \"message\"";

/// Around what buffers of the system and of libraries make special, up to the
/// default of `max_message`.
const SIZES: [usize; 13] =
    [0, 1, 0, 4095, 4096, 4097, 65_535, 65_536, 65_537, 1_048_576, 1_048_577, 0, 16_777_216];

fn to(target: &Target) -> String {
    format!("\"{}\"", target.address)
}

fn script(step: &str) -> String {
    let one = |(seed, size): (usize, &usize)| match step {
        "write" => format!(" write {seed} {size}"),
        _ => format!(" {step}"),
    };
    SIZES.iter().enumerate().map(one).collect()
}

fn said(step: &str) -> String {
    let told = |(seed, &size): (usize, &usize)| Noise::new(seed as u64, size).told();
    SIZES.iter().enumerate().map(|each| format!("{step} {}\n", told(each))).collect()
}

#[track_caller]
fn assert_messages(from: &mut Messages) {
    for (seed, size) in SIZES.into_iter().enumerate() {
        let message = from.recv().unwrap();
        assert!(message == noise(seed as u64, size), "{size} came as {}", message.len());
    }
}

fn send_messages(to: &mut Messages) {
    for (seed, size) in SIZES.into_iter().enumerate() {
        to.send(&noise(seed as u64, size));
    }
}

#[test]
fn messages_of_a_client_and_to_it_are_whole_at_any_size() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let _gateway = machine.bridge(&site, "\"pipe:front\"", &to(&target), MESSAGE);
    let script = format!("open ~front rw mode message{}{}", script("write"), script("message"));
    let client = steps(&machine, &script);
    let mut service = target.accept_messages(Framing::U32Be);
    assert_messages(&mut service);
    send_messages(&mut service);
    let wanted = format!("open ok\nmode ok\n{}{}", said("write"), said("message"));
    assert_eq!(client.finished().said, wanted);
}

#[test]
fn messages_of_a_server_and_to_it_are_whole_at_any_size() {
    let (machine, site) = (Machine::boot(), Site::new());
    let words = (script("message"), script("write"));
    let script = format!("listen ~service message 4096 4096 accept{}{} exit", words.0, words.1);
    let mut server = steps(&machine, &script);
    server.line("listen ok");
    let gateway = machine.bridge(&site, "\"tcp:127.0.0.1:0\"", "\"pipe:service\"", MESSAGE);
    let mut client = Messages::Framed(gateway.tcp("one"), Framing::U32Be);
    send_messages(&mut client);
    assert_messages(&mut client);
    assert_eq!(client.recv(), None);
    let wanted = format!("listen ok\naccept ok\n{}{}", said("message"), said("write"));
    assert_eq!(server.finished().said, wanted);
}

#[test]
fn messages_cross_in_both_directions_at_once() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let gateway = machine.bridge(&site, "\"pipe:front\"", &to(&target), MESSAGE);
    let script = "open ~front rwo mode message meanwhile 7 2000 9000 hear 2000 settle close";
    let client = steps(&machine, script);
    let Duplex::Tcp(stream) = target.accept() else { unreachable!() };
    let second = Duplex::Tcp(stream.try_clone().unwrap());
    let mut reader = Messages::Framed(second, Framing::U32Be);
    let mut writer = Messages::Framed(Duplex::Tcp(stream), Framing::U32Be);
    let (here, there) = (messages(7, 2000, 9000), messages(8, 2000, 9000));
    let wanted = [told_messages("hear", &there), told_messages("messages", &here)];
    let writing = std::thread::spawn(move || there.iter().for_each(|message| writer.send(message)));
    for (at, message) in here.iter().enumerate() {
        assert!(reader.recv().unwrap() == *message, "message {at}");
    }
    writing.join().unwrap();
    assert_eq!(reader.recv(), None);
    let said = client.finished().said;
    for line in wanted {
        assert!(said.contains(&line), "{line} is not in {said}");
    }
    gateway.ended("done");
}

#[test]
fn a_message_that_is_too_long_is_not_delivered_cut_short() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let more = "mode = \"message\"\nmax_message = \"100KiB\"";
    let gateway = machine.bridge(&site, "\"pipe:front\"", &to(&target), more);
    let client = steps(&machine, "open ~front rw write 1 102400 write 2 102401 rest");
    let mut service = target.accept();
    let first = Framing::U32Be.read(&mut service).unwrap().unwrap();
    assert_eq!(first.len(), 102_400);
    assert_eq!(service.drain(), (vec![], End::Reset), "nothing of the second, and no clean end");
    let said = client.finished().said;
    assert!(said.ends_with("error 109\n"), "{said}");
    gateway.ended("oversize");
}

#[test]
fn a_byte_bridge_carries_a_message_pipe_as_a_stream() {
    let (machine, site, target) = (Machine::boot(), Site::new(), Target::tcp());
    let listen = "{ address = \"pipe:front\", type = \"message\" }";
    let gateway = machine.bridge(&site, listen, &to(&target), "");
    let client = steps(&machine, "open ~front rw write 1 100000 write 2 0 write 3 5 read 8 exit");
    let mut service = target.accept();
    let wanted = [noise(1, 100_000), noise(3, 5)].concat();
    assert!(service.exactly(100_005) == wanted);
    service.send(&noise(4, 8));
    let said = client.finished().said;
    assert!(said.ends_with(&format!("read {}\n", Noise::new(4, 8).told())), "{said}");
    gateway.ended("done");
}

//! Clients that write and leave while the target goes on talking to them: the
//! talk fails, what they said arrives.

use std::io::Write as _;
use std::net::{Shutdown, TcpListener};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use rstest::rstest;

use crate::harness::steps::told;
use crate::harness::{Duplex, Machine, Noise, Site, steps};

/// One byte, and one as a message.
const WORDS: [(&str, &[u8]); 2] = [("byte", &[7]), ("message", &[0, 0, 0, 1, 7])];
const HEAD: [(&str, usize); 2] = [("byte", 0), ("message", 4)];

fn of<T: Copy>(table: [(&str, T); 2], mode: &str) -> T {
    table.into_iter().find(|(name, _)| *name == mode).unwrap().1
}

/// Says something for as long as anybody takes it, and hears everything.
fn talk(mut service: Duplex, mode: &str, heard: &Sender<String>) {
    let mut mouth = service.socket().try_clone().unwrap();
    let words = of(WORDS, mode).repeat(20);
    let talking = std::thread::spawn(move || while mouth.write_all(&words).is_ok() {});
    let (came, _) = service.drain();
    let _ = heard.send(told(came.get(of(HEAD, mode)..).unwrap_or_default()));
    // It ends the talk as well.
    let _ = service.socket().shutdown(Shutdown::Both);
    talking.join().unwrap();
}

/// A target that talks. It has room for all that a client says: how much waits
/// to be sent when a connection is reset is not to be had from every Windows.
fn talker(mode: &'static str) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    socket2::SockRef::from(&listener).set_recv_buffer_size(1024 * 1024).unwrap();
    let address = format!("\"tcp:{}\"", listener.local_addr().unwrap());
    let (sender, heard) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (service, sender) = (Duplex::Tcp(stream.unwrap()).patient(), sender.clone());
            std::thread::spawn(move || talk(service, mode, &sender));
        }
    });
    (address, heard)
}

#[rstest]
fn two_hundred_clients_that_are_spoken_to_have_said_it_all(
    #[values("byte", "message")] mode: &'static str,
) {
    const EACH: usize = 40;
    let (machine, site, (target, heard)) = (Machine::boot(), Site::new(), talker(mode));
    let listen = "{ address = \"pipe:front\", in_buffer = \"1MiB\" }";
    let gateway = machine.bridge(&site, listen, &target, &format!("mode = \"{mode}\""));
    let sizes = [1000, 2000, 5000, 20_000, 200_000];
    let crowd = sizes.map(|size| {
        let one = format!("reach ~front rw read 1 write {size} {size} close");
        steps(&machine, &format!("times {EACH} {one}"))
    });
    let all = sizes.map(|size| Noise::new(size as u64, size).told());
    for (client, sent) in crowd.into_iter().zip(&all) {
        let one = format!("reach ok\nread {}\nwrite {sent}\nclose ok\n", told(&[7]));
        assert_eq!(client.finished().said, one.repeat(EACH));
    }
    let mut wanted: Vec<_> = all.iter().flat_map(|one| vec![one.clone(); EACH]).collect();
    let next = || heard.recv_timeout(Duration::from_secs(60)).expect("what a client said");
    let mut came: Vec<_> = wanted.iter().map(|_| next()).collect();
    wanted.sort();
    came.sort();
    assert_eq!(came, wanted);
    let records = gateway.wait_records(wanted.len());
    let carried: u64 = records.iter().map(|record| record.to_target).sum();
    assert_eq!(carried, sizes.iter().map(|size| (size * EACH) as u64).sum::<u64>());
}

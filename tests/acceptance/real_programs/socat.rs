//! socat on both sides, with a service that answers only after the end.

use std::io::Write;

use crate::harness::program::{Program, piped};
use crate::harness::tunnel::Tunnel;
use crate::harness::{Site, eventually, noise};

/// sha256sum behind a socket: its answer needs the half-close to come through,
/// and the other half to stay open.
fn digest_service(site: &Site) -> Program {
    let place = format!("UNIX-LISTEN:{},fork", site.at("service.sock"));
    let service = Program::start(piped("socat").args([&place, "SYSTEM:sha256sum"]));
    eventually("socat to listen", || site.path("service.sock").exists().then_some(()));
    service
}

#[test]
fn a_digest_comes_back_after_the_half_close() {
    let site = Site::new();
    let _service = digest_service(&site);
    let listen = format!("unix:{}", site.at("near.sock"));
    let connect = format!("unix:{}", site.at("service.sock"));
    let tunnel = Tunnel::start(&site, "byte", &listen, &connect);
    for (round, size) in [0, 1, 100_000, 10 << 20].into_iter().enumerate() {
        let all = noise(round as u64, size);
        let expected = ring::digest::digest(&ring::digest::SHA256, &all);
        let expected: String = expected.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        let place = format!("UNIX-CONNECT:{}", site.at("near.sock"));
        let mut client = Program::start(piped("socat").args(["-t30", "-", &place]));
        let mut stdin = client.child.stdin.take().unwrap();
        let writing = std::thread::spawn(move || stdin.write_all(&all).unwrap());
        let output = client.output();
        writing.join().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.starts_with(&expected), "{size} bytes: {said:?}");
    }
    tunnel.all_done(4);
}

#[test]
fn socats_seqpacket_sockets_are_message_ends() {
    let site = Site::new();
    let place = format!("UNIX-LISTEN:{},type=5,fork", site.at("service.sock"));
    let mut service = piped("socat");
    // One packet in, one packet out: PIPE gives back what it is given.
    let _service = Program::start(service.args([place.as_str(), "PIPE"]));
    eventually("socat to listen", || site.path("service.sock").exists().then_some(()));
    let gateway = crate::harness::Gateway::start(
        &site,
        format!(
            "[bridge.one]\nmode = \"message\"\nlisten = \"tcp:127.0.0.1:0\"\n\
             connect = {{ address = \"unix:{}\", framing = \"packet\" }}\n",
            site.at("service.sock")
        ),
    );
    let mut client = gateway.tcp("one");
    for word in ["one", "two", "three"] {
        let frame = [&(word.len() as u32).to_be_bytes(), word.as_bytes()].concat();
        client.send(&frame);
        assert_eq!(client.exactly(frame.len()), frame);
    }
}

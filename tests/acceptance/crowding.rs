//! Many clients at once, each with its own manner of speaking and leaving; the
//! seed is printed, so that a failure can be had again.

use rstest::rstest;

use crate::harness::ends::{Kind, preamble};
use crate::harness::payload::assert_same;
use crate::harness::{Duplex, Gateway, Site, noise};

const CLIENTS: u64 = 120;

/// A small generator: the scenes must not depend on a crate's.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// The service reads one byte that names the manner, then plays its part.
fn service(mut stream: Duplex) {
    use std::io::Read;
    let mut manner = [0];
    if stream.read_exact(&mut manner).is_err() {
        return;
    }
    match manner[0] {
        // Answers after all has come.
        0 => {
            let all = stream.rest();
            stream.send(&all);
            stream.finish();
        }
        // Ends its own half first, then reads to the end.
        1 => {
            stream.send(&noise(1, 100_000));
            stream.finish();
            stream.rest();
        }
        // Echoes as it comes.
        2 => crate::harness::target::echo(stream),
        // Goes away in the middle.
        _ => drop(stream),
    }
}

fn visit(mut client: Duplex, dice: &mut Dice) -> bool {
    let manner = dice.below(4) as u8;
    let all = noise(dice.below(1 << 40), dice.below(400_000) as usize);
    match manner {
        0 => {
            client.send(&[0]);
            for part in all.chunks(1 + dice.below(60_000) as usize) {
                client.send(part);
            }
            client.finish();
            assert_same("answered at the end", &client.rest(), &all);
        }
        1 => {
            client.send(&[1]);
            assert_same("said first", &client.rest(), &noise(1, 100_000));
            client.send(&all);
            client.finish();
        }
        2 => {
            client.send(&[2]);
            for part in all.chunks(8192) {
                client.send(part);
                assert_same("echoed", &client.exactly(part.len()), part);
            }
            client.finish();
            assert_same("after the echo", &client.rest(), b"");
        }
        _ => {
            use std::io::Write;
            let _ = client.write_all(&[3]);
            let _ = client.write_all(&all);
            let _ = client.drain();
            return false;
        }
    }
    true
}

#[rstest]
fn a_crowd_of_clients_is_served_without_a_byte_lost(
    #[values(Kind::Unix, Kind::Tcp, Kind::Tls)] near: Kind,
    #[values(Kind::Unix, Kind::Tcp, Kind::Tls)] far: Kind,
) {
    let seed = u64::from(std::process::id()) << 20 | 0xfe44;
    println!("seed {seed:#x}");
    let site = Site::new();
    let (target, connect) = far.target(&site, None);
    let listen = near.listen(&site, None);
    let config =
        preamble(&site) + &format!("[bridge.one]\nlisten = {listen}\nconnect = {connect}\n");
    let gateway = Gateway::start(&site, config);
    target.serve(service);
    let clients: Vec<Duplex> = (0..CLIENTS).map(|_| near.client(&site, &gateway)).collect();
    let crowd: Vec<_> = clients
        .into_iter()
        .enumerate()
        .map(|(index, client)| {
            std::thread::spawn(move || visit(client, &mut Dice(seed + index as u64 * 7919)))
        })
        .collect();
    let good =
        crowd.into_iter().map(|visitor| visitor.join().unwrap()).filter(|good| *good).count();
    let records = gateway.wait_records(CLIENTS as usize);
    let done = records.iter().filter(|record| record.outcome == "done").count();
    assert!(done >= good, "{good} ended well, {done} are done");
    gateway.metric_reaches("connections_open", &[("bridge", "one")], 0.0);
}

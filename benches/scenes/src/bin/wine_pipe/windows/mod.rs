//! The loads, and who takes part.

mod ours;
mod party;
mod tokios;

use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};

/// What goes on between the end and the party.
#[derive(Clone, Copy)]
pub enum Load {
    /// The party sends, the end receives.
    In(usize),
    /// The end sends, the party receives.
    Out(usize),
    /// The party sends and waits until the end has sent it back.
    PingPong(usize),
}

impl Load {
    const ALL: [(&str, Self); 7] = [
        ("in-64", Self::In(64)),
        ("in-1k", Self::In(1024)),
        ("in-16k", Self::In(16 * 1024)),
        ("out-64", Self::Out(64)),
        ("out-1k", Self::Out(1024)),
        ("out-16k", Self::Out(16 * 1024)),
        ("pingpong-64", Self::PingPong(64)),
    ];

    /// Bytes of one message.
    fn size(self) -> usize {
        match self {
            Self::In(size) | Self::Out(size) | Self::PingPong(size) => size,
        }
    }
}

/// An end under measurement, made and not connected yet. It serves one party
/// until that has left, or until `end` where it is the one who sends; the
/// result is how many bytes it has received.
type Serve = fn(name: String, load: Load, end: Instant) -> Served;
type Served = std::pin::Pin<Box<dyn Future<Output = u64> + Send>>;

const ENDS: [(&str, Serve); 3] =
    [("ours-message", ours::message), ("ours-byte", ours::byte), ("tokio-byte", tokios::byte)];

pub fn main() {
    let words: Vec<u64> =
        std::env::args().skip(1).map(|word| word.parse().expect("a number")).collect();
    let [rounds, milliseconds] = words[..] else { panic!("wine_pipe ROUNDS MILLISECONDS") };
    // As many as the gateway has: a core each.
    let runtime = Builder::new_multi_thread().enable_all().build().expect("a runtime");
    for round in 0..rounds as usize {
        for (load_name, load) in Load::ALL {
            for turn in 0..ENDS.len() {
                let (end_name, serve) = ENDS[(round + turn) % ENDS.len()];
                let rate = sample(&runtime, serve, load, Duration::from_millis(milliseconds));
                println!("{load_name} {end_name} {rate:.0}");
            }
        }
    }
}

/// Messages a second that have arrived.
fn sample(runtime: &Runtime, serve: Serve, load: Load, time: Duration) -> f64 {
    let name = party::new_name();
    let start = Instant::now();
    let end = start + time;
    // The end makes the pipe before the party looks for it.
    let served = runtime.block_on(async { runtime.spawn(serve(name.clone(), load, end)) });
    let party = std::thread::spawn(move || party::take_part(&name, load, end));
    let received = runtime.block_on(served).expect("the end did not fail");
    let by_party = party.join().expect("the party did not fail");
    let bytes = match load {
        Load::In(_) => received,
        Load::Out(_) | Load::PingPong(_) => by_party,
    };
    bytes as f64 / load.size() as f64 / start.elapsed().as_secs_f64()
}

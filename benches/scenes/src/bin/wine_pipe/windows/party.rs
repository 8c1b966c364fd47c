//! The other party: a program of the plainest kind.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::Load;

/// A name that no other pipe has.
pub fn new_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!(r"\\.\pipe\pipeferry-bench-{}-{count}", std::process::id())
}

/// Does its part until `end`, or until the end under measurement has left; how
/// many bytes it has received.
pub fn take_part(name: &str, load: Load, end: Instant) -> u64 {
    let mut pipe = open(name);
    let chunk = vec![7; load.size()];
    let mut buffer = vec![0; 64 * 1024];
    let mut received = 0;
    match load {
        Load::In(_) => {
            while Instant::now() < end {
                pipe.write_all(&chunk).expect("a write");
            }
        }
        Load::Out(_) => {
            while let Ok(got @ 1..) = pipe.read(&mut buffer) {
                received += got as u64;
            }
        }
        Load::PingPong(size) => {
            while Instant::now() < end {
                pipe.write_all(&chunk).expect("a write");
                pipe.read_exact(&mut buffer[..size]).expect("a reply");
                received += size as u64;
            }
        }
    }
    received
}

/// It may come before the pipe is there.
fn open(name: &str) -> File {
    let patience = Instant::now() + Duration::from_secs(10);
    loop {
        match OpenOptions::new().read(true).write(true).open(name) {
            Ok(pipe) => return pipe,
            Err(error) if error.kind() == ErrorKind::NotFound && Instant::now() < patience => {
                std::thread::yield_now();
            }
            Err(error) => panic!("{name}: {error}"),
        }
    }
}

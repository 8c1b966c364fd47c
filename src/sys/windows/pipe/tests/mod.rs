//! Real pipes within this process, both ends by this module.
#![allow(clippy::unwrap_used)]

mod bytes;
mod cancel;
mod dropped;
mod ends;
mod instances;
mod messages;
mod options;
mod security;

use std::future::poll_fn;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::*;

const MIB: usize = 1024 * 1024;
/// The longest that something may take on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(60);
const TYPES: [bool; 2] = [false, true];

/// A name that no other pipe has.
fn new_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!(r"\\.\pipe\pipeferry-test-{}-{count}", std::process::id())
}

fn options(name: &str, message_type: bool) -> CreateOptions<'_> {
    CreateOptions {
        name,
        access: Access::Both,
        message_type,
        first_instance: false,
        remote: false,
        write_through: false,
        write_dac: false,
        write_owner: false,
        access_system_security: false,
        max_instances: UNLIMITED_INSTANCES,
        in_buffer: 65_536,
        out_buffer: 65_536,
        default_timeout: 0,
        security: None,
    }
}

fn dial(name: &str, message_type: bool) -> Pipe {
    let mut pipe = open(name, Access::Both, Impersonation::Identification).unwrap();
    if message_type {
        pipe.set_message_read_mode().unwrap();
    }
    pipe
}

/// The server's end and the client's.
async fn pair_of(options: &CreateOptions<'_>, tickets: Tickets) -> (Pipe, Pipe) {
    let mut instance = create(options, tickets).unwrap();
    let client = dial(options.name, options.message_type);
    poll_fn(|cx| instance.poll_connect(cx)).await.unwrap();
    (instance.into_pipe(), client)
}

async fn pair(message_type: bool) -> (Pipe, Pipe) {
    pair_of(&options(&new_name(), message_type), Tickets::default()).await
}

async fn write(pipe: &mut Pipe, bytes: &[u8]) -> io::Result<()> {
    poll_fn(|cx| pipe.poll_write(cx, bytes)).await
}

/// One piece, and whether its message goes on.
async fn read(pipe: &mut Pipe, room: usize) -> io::Result<(Vec<u8>, bool)> {
    poll_fn(|cx| pipe.poll_read(cx, room).map_ok(|piece| (piece.bytes.to_vec(), piece.more))).await
}

/// One message, in pieces of `room`.
async fn read_message(pipe: &mut Pipe, room: usize) -> io::Result<Vec<u8>> {
    let mut message = Vec::new();
    loop {
        let (bytes, more) = read(pipe, room).await?;
        message.extend(bytes);
        if !more {
            return Ok(message);
        }
    }
}

/// Everything up to the end.
async fn read_all(pipe: &mut Pipe, room: usize) -> (Vec<u8>, io::Error) {
    let mut all = Vec::new();
    loop {
        match read(pipe, room).await {
            Ok((bytes, _)) => all.extend(bytes),
            Err(error) => return (all, error),
        }
    }
}

/// Bytes that differ from place to place and from one `seed` to the other.
fn pattern(len: usize, seed: usize) -> Vec<u8> {
    (0..len).map(|at| ((at * 31 + at / 251 + seed * 7) % 256) as u8).collect()
}

/// Waits for what the system does in its own time and tells nobody of.
async fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let patience = tokio::time::Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(tokio::time::Instant::now() < patience, "never: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn code(error: &io::Error) -> i32 {
    error.raw_os_error().unwrap()
}

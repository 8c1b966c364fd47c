//! The crate's own overlapped pipe.

use std::future::poll_fn;
use std::io;
use std::time::Instant;

use pipeferry::sys::windows::pipe::{
    Access, CreateOptions, Pipe, Tickets, UNLIMITED_INSTANCES, create,
};

use super::{Load, Served};

/// The most that is read at once.
const ROOM: usize = 64 * 1024;

/// Of message type, each message kept apart.
pub fn message(name: String, load: Load, end: Instant) -> Served {
    Box::pin(serve(name, true, load, end))
}

/// Of byte type.
pub fn byte(name: String, load: Load, end: Instant) -> Served {
    Box::pin(serve(name, false, load, end))
}

async fn serve(name: String, message_type: bool, load: Load, end: Instant) -> u64 {
    let options = CreateOptions {
        name: &name,
        access: Access::Both,
        message_type,
        first_instance: true,
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
    };
    let mut instance = create(&options, Tickets::default()).expect("a pipe");
    poll_fn(|cx| instance.poll_connect(cx)).await.expect("a client");
    let mut pipe = instance.into_pipe();
    match load {
        Load::In(_) => receive(&mut pipe).await,
        Load::Out(size) => {
            let chunk = vec![7; size];
            while Instant::now() < end {
                write(&mut pipe, &chunk).await.expect("a write");
            }
            0
        }
        Load::PingPong(size) => echo(&mut pipe, size).await,
    }
}

/// Everything up to the end.
async fn receive(pipe: &mut Pipe) -> u64 {
    let mut received = 0;
    while let Ok(got) = poll_fn(|cx| pipe.poll_read(cx, ROOM).map_ok(|p| p.bytes.len())).await {
        received += got as u64;
    }
    received
}

async fn echo(pipe: &mut Pipe, size: usize) -> u64 {
    let mut received = 0;
    let mut chunk = vec![0; size];
    loop {
        let mut filled = 0;
        while filled < size {
            let read = poll_fn(|cx| {
                let piece = std::task::ready!(pipe.poll_read(cx, size - filled))?;
                chunk[filled..filled + piece.bytes.len()].copy_from_slice(piece.bytes);
                std::task::Poll::Ready(io::Result::Ok(piece.bytes.len()))
            });
            match read.await {
                Ok(got) => filled += got,
                Err(_) => return received,
            }
        }
        received += size as u64;
        if write(pipe, &chunk).await.is_err() {
            return received;
        }
    }
}

async fn write(pipe: &mut Pipe, bytes: &[u8]) -> io::Result<()> {
    poll_fn(|cx| pipe.poll_write(cx, bytes)).await
}

//! tokio's pipe, of byte type.

use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::windows::named_pipe::{NamedPipeServer, ServerOptions};

use super::{Load, Served};

/// The most that is read at once.
const ROOM: usize = 64 * 1024;

pub fn byte(name: String, load: Load, end: Instant) -> Served {
    Box::pin(serve(name, load, end))
}

async fn serve(name: String, load: Load, end: Instant) -> u64 {
    let mut pipe = ServerOptions::new().first_pipe_instance(true).create(&name).expect("a pipe");
    pipe.connect().await.expect("a client");
    match load {
        Load::In(_) => receive(&mut pipe).await,
        Load::Out(size) => {
            let chunk = vec![7; size];
            while Instant::now() < end {
                pipe.write_all(&chunk).await.expect("a write");
            }
            0
        }
        Load::PingPong(size) => echo(&mut pipe, size).await,
    }
}

/// Everything up to the end.
async fn receive(pipe: &mut NamedPipeServer) -> u64 {
    let mut buffer = vec![0; ROOM];
    let mut received = 0;
    while let Ok(got @ 1..) = pipe.read(&mut buffer).await {
        received += got as u64;
    }
    received
}

async fn echo(pipe: &mut NamedPipeServer, size: usize) -> u64 {
    let mut chunk = vec![0; size];
    let mut received = 0;
    while pipe.read_exact(&mut chunk).await.is_ok() && pipe.write_all(&chunk).await.is_ok() {
        received += size as u64;
    }
    received
}

//! The server of the control pipe: few connections, each with limits.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::answer::Desk;
use super::protocol::{Ask, LONGEST_REQUEST, last_line};
use crate::gateway::admin::{AdminListener, AdminStream};

/// More connections wait to be accepted.
const MOST_CONNECTIONS: usize = 16;
/// A request must be there by then, and a line of an answer be taken.
const PATIENCE: Duration = Duration::from_secs(10);
/// Accept is tried again after so long when it has failed.
const PAUSE: Duration = Duration::from_secs(1);
/// Lines of an answer that may wait for their reader.
const LINES: usize = 4;

/// Serves until `stop`.
pub(in crate::gateway) async fn serve(
    listener: AdminListener,
    desk: Arc<Desk>,
    stop: CancellationToken,
) {
    let slots = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let connections = TaskTracker::new();
    let accepting = async {
        // The semaphore is never closed.
        while let Ok(slot) = Arc::clone(&slots).acquire_owned().await {
            match listener.accept().await {
                Ok(arrived) => {
                    let connection = converse(arrived.into_stream(), Arc::clone(&desk));
                    let stop = stop.clone();
                    connections.spawn(async move {
                        stop.run_until_cancelled(connection).await;
                        drop(slot);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "the control pipe can not accept; trying again");
                    sleep(PAUSE).await;
                }
            }
        }
    };
    stop.run_until_cancelled(accepting).await;
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// One request, and its answer. What goes wrong in here is the asker's affair.
async fn converse(stream: Box<dyn AdminStream>, desk: Arc<Desk>) {
    let (read, mut write) = tokio::io::split(stream);
    let mut request = Vec::new();
    let mut bounded = BufReader::new(read).take(LONGEST_REQUEST as u64);
    match timeout(PATIENCE, bounded.read_until(b'\n', &mut request)).await {
        Ok(Ok(length)) if length > 0 => {}
        _ => return,
    }
    let asked = match request.strip_suffix(b"\n") {
        Some(line) => Ask::read(line),
        None if request.len() >= LONGEST_REQUEST => {
            Err(format!("the request is longer than {LONGEST_REQUEST} bytes"))
        }
        None => Err("the request has no line feed at its end".to_owned()),
    };
    let (lines, mut to_write) = mpsc::channel::<String>(LINES);
    let answering = async move {
        match asked {
            Ok(ask) => desk.answer(ask, &lines).await,
            Err(why) => drop(lines.send(last_line(Err(why.into()))).await),
        }
    };
    let writing = async {
        while let Some(line) = to_write.recv().await {
            let written = timeout(PATIENCE, write.write_all(line.as_bytes())).await;
            if !matches!(written, Ok(Ok(()))) {
                return;
            }
        }
        let _ = timeout(PATIENCE, write.shutdown()).await;
    };
    tokio::join!(answering, writing);
}

//! A FIFO as an end that carries one way; see fifo(7).

mod listen;
mod open;
mod place;
mod reader;
mod watch;
mod writer;

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::OwnedSemaphorePermit;

pub use self::listen::FifoListener;
use self::open::check_fifo;
use self::reader::Reader;
use self::writer::Writer;
use crate::config::{Access, FifoDial};

/// How often an open is tried while nobody holds the other side: the system
/// has no event for that.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// One direction of a FIFO.
#[derive(Debug)]
pub struct FifoConn {
    side: Side,
    /// Listening: set when the writers have left, so that this one is over
    /// properly.
    ended: Option<Arc<AtomicBool>>,
    _turn: Option<OwnedSemaphorePermit>,
}

#[derive(Debug)]
enum Side {
    Read(Reader),
    Write(Writer),
    /// Written to the end and closed.
    Closed,
}

impl FifoConn {
    fn new(side: Side) -> Self {
        Self { side, ended: None, _turn: None }
    }

    /// Whether this is the reading side.
    pub fn reads(&self) -> bool {
        matches!(self.side, Side::Read(_))
    }
}

impl AsyncRead for FifoConn {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Side::Read(reader) = &mut self.side else {
            return Poll::Ready(Ok(()));
        };
        let before = into.filled().len();
        let result = reader.poll_read(cx, into);
        let at_end = matches!(result, Poll::Ready(Ok(()))) && into.filled().len() == before;
        if let Some(ended) = self.ended.as_ref().filter(|_| at_end) {
            ended.store(true, Ordering::Release);
        }
        result
    }
}

impl AsyncWrite for FifoConn {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.side {
            Side::Write(writer) => writer.poll_write(cx, bytes),
            _ => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Side::Write(_) = self.side {
            self.side = Side::Closed;
            if let Some(ended) = &self.ended {
                ended.store(true, Ordering::Release);
            }
        }
        Poll::Ready(Ok(()))
    }
}

/// Opens a FIFO as the dialling end; for writing this waits until somebody
/// reads. The caller limits the time.
///
/// # Errors
/// The system's; `InvalidInput` if it is no FIFO.
pub async fn dial(config: &FifoDial) -> io::Result<FifoConn> {
    check_fifo(&config.path)?;
    let side = match config.access {
        Access::Inbound => Side::Read(Reader::open(&config.path)?),
        _ => Side::Write(open_for_writing(&config.path).await?),
    };
    Ok(FifoConn::new(side))
}

async fn open_for_writing(path: &Path) -> io::Result<Writer> {
    let mut pause = FIRST_PAUSE;
    loop {
        match Writer::open(path) {
            Err(error) if is_unread(&error) => {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            result => return result,
        }
    }
}

/// Whether nobody reads: fifo(7), ENXIO.
fn is_unread(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::ENXIO)
}

#[cfg(test)]
mod tests;

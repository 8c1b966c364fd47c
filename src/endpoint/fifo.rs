//! A FIFO as an end that carries one way.
//!
//! Listening inbound: each time somebody has opened the FIFO for writing and
//! written is a connection, which ends when no writer is left. A second reading
//! descriptor stays open all the time, so that what is written between two
//! connections waits in the kernel in place of being lost, and each connection
//! opens its own, because epoll reports POLLHUP for ever on one whose writers
//! have left. Listening outbound: each reader is a connection.

use std::io::{self, IoSlice};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use rustix::fs::{CWD, FileType, Mode};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::unix::pipe::{OpenOptions, Receiver, Sender};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::unix::apply_file_access;
use crate::config::{Access, FifoDial, FifoListen, FileAccess};

/// How often an open is tried while nobody holds the other side: the system
/// has no event for that.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);
/// After a connection that broke: what waits in the FIFO is tried again, but
/// not in a tight loop.
const LONGEST_RETRY: Duration = Duration::from_secs(5);

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
    Read(Receiver),
    Write(Sender),
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
        let Side::Read(receiver) = &mut self.side else {
            return Poll::Ready(Ok(()));
        };
        let before = into.filled().len();
        let result = Pin::new(receiver).poll_read(cx, into);
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
            Side::Write(sender) => Pin::new(sender).poll_write(cx, bytes),
            _ => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.side {
            Side::Write(sender) => Pin::new(sender).poll_write_vectored(cx, parts),
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

/// Waits at a FIFO; one connection at a time.
#[derive(Debug)]
pub struct FifoListener {
    path: PathBuf,
    access: Access,
    turn: Arc<Semaphore>,
    ended: Arc<AtomicBool>,
    retry: Duration,
    served: bool,
    /// Inbound: keeps the FIFO's content alive between connections.
    _keeper: Option<Receiver>,
}

impl FifoListener {
    /// Makes the FIFO if it is not there, and opens it.
    ///
    /// # Errors
    /// The system's; `InvalidInput` if something else than a FIFO is there.
    pub fn bind(config: &FifoListen) -> io::Result<Self> {
        make_fifo(&config.path, &config.file)?;
        let keeper = match config.access {
            Access::Outbound => None,
            _ => Some(OpenOptions::new().open_receiver(&config.path)?),
        };
        Ok(Self {
            path: config.path.clone(),
            access: config.access,
            turn: Arc::new(Semaphore::new(1)),
            ended: Arc::new(AtomicBool::new(true)),
            retry: FIRST_PAUSE,
            served: false,
            _keeper: keeper,
        })
    }

    /// Waits until the last connection is over and somebody is there anew.
    ///
    /// # Errors
    /// The system's.
    pub async fn accept(&mut self) -> io::Result<FifoConn> {
        let turn = Arc::clone(&self.turn);
        let turn = turn.acquire_owned().await.map_err(io::Error::other)?;
        self.pause_after_break().await;
        let side = match self.access {
            Access::Outbound => {
                self.wait_for_no_reader().await;
                Side::Write(open_for_writing(&self.path).await?)
            }
            _ => {
                let receiver = OpenOptions::new().open_receiver(&self.path)?;
                receiver.readable().await?;
                Side::Read(receiver)
            }
        };
        self.ended.store(false, Ordering::Release);
        Ok(FifoConn { side, ended: Some(Arc::clone(&self.ended)), _turn: Some(turn) })
    }

    async fn pause_after_break(&mut self) {
        if self.ended.load(Ordering::Acquire) {
            self.retry = FIRST_PAUSE;
        } else {
            tokio::time::sleep(self.retry).await;
            self.retry = (self.retry * 2).min(LONGEST_RETRY);
        }
    }

    /// Whoever was served has to leave before the next can be told apart.
    /// Before the first connection a reader that is there already is welcome.
    async fn wait_for_no_reader(&mut self) {
        let mut pause = FIRST_PAUSE;
        while self.served && OpenOptions::new().open_sender(&self.path).is_ok() {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        self.served = true;
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
        Access::Inbound => Side::Read(OpenOptions::new().open_receiver(&config.path)?),
        _ => Side::Write(open_for_writing(&config.path).await?),
    };
    Ok(FifoConn::new(side))
}

async fn open_for_writing(path: &Path) -> io::Result<Sender> {
    let mut pause = FIRST_PAUSE;
    loop {
        match OpenOptions::new().open_sender(path) {
            Err(error) if error.raw_os_error() == Some(libc::ENXIO) => {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            result => return result,
        }
    }
}

fn make_fifo(path: &Path, file: &FileAccess) -> io::Result<()> {
    match rustix::fs::mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0) {
        Ok(()) => apply_file_access(path, file, None),
        Err(rustix::io::Errno::EXIST) => check_fifo(path),
        Err(error) => Err(error.into()),
    }
}

fn check_fifo(path: &Path) -> io::Result<()> {
    let stat = rustix::fs::stat(path)?;
    if FileType::from_raw_mode(stat.st_mode) == FileType::Fifo {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "this is not a FIFO"))
}

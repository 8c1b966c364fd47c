//! Waits at a FIFO; one connection at a time.
//!
//! Inbound: each time somebody has opened the FIFO for writing and written is a
//! connection, which ends when no writer is left. A second reading descriptor
//! stays open all the time, so that what is written between two connections
//! waits in the kernel in place of being lost, and each connection opens its
//! own, because epoll reports POLLHUP for ever on one whose writers have left.
//! Outbound: each reader is a connection.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::fs::{CWD, FileType, Mode};
use tokio::net::unix::pipe::OpenOptions;
use tokio::sync::Semaphore;

use super::departures::Departures;
use super::reader::Reader;
use super::{FIRST_PAUSE, FifoConn, Side, check_fifo, open_for_writing};
use crate::config::{Access, FifoListen, FileAccess};
use crate::endpoint::unix::apply_file_access;

/// After a connection that broke: what waits in the FIFO is tried again, but
/// not in a tight loop.
const LONGEST_RETRY: Duration = Duration::from_secs(5);

/// A FIFO that is listened on.
#[derive(Debug)]
pub struct FifoListener {
    path: PathBuf,
    way: Way,
    turn: Arc<Semaphore>,
    ended: Arc<AtomicBool>,
    retry: Duration,
}

#[derive(Debug)]
enum Way {
    /// We read; the descriptor keeps the content alive between connections.
    Inbound { _keeper: Reader },
    /// We write.
    Outbound { departures: Departures, served: bool },
}

impl FifoListener {
    /// Makes the FIFO if it is not there, and opens it.
    ///
    /// # Errors
    /// The system's; `InvalidInput` if something else than a FIFO is there.
    pub fn bind(config: &FifoListen) -> io::Result<Self> {
        make_fifo(&config.path, &config.file)?;
        let way = match config.access {
            Access::Outbound => {
                Way::Outbound { departures: Departures::of(&config.path)?, served: false }
            }
            _ => Way::Inbound { _keeper: Reader::open(&config.path)? },
        };
        Ok(Self {
            path: config.path.clone(),
            way,
            turn: Arc::new(Semaphore::new(1)),
            ended: Arc::new(AtomicBool::new(true)),
            retry: FIRST_PAUSE,
        })
    }

    /// Waits until the last connection is over and somebody is there anew.
    ///
    /// # Errors
    /// The system's.
    pub async fn accept(&mut self) -> io::Result<FifoConn> {
        let turn = Arc::clone(&self.turn);
        let turn = turn.acquire_owned().await.map_err(io::Error::other)?;
        let side = match &mut self.way {
            Way::Outbound { departures, served } => {
                // Whoever was served has to leave before the next can be told
                // apart.
                if *served {
                    departures.next().await?;
                }
                let writer = open_for_writing(&self.path).await?;
                *served = true;
                Side::Write(writer)
            }
            Way::Inbound { .. } => {
                self.pause_after_break().await;
                let reader = Reader::open(&self.path)?;
                reader.readable().await?;
                rouse(&self.path);
                Side::Read(reader)
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
}

/// A descriptor that was opened while nobody wrote is not told when a writer
/// that had come before has left: the kernel compares its count of writers with
/// that at the open. One that comes and goes now makes the difference.
fn rouse(path: &Path) {
    drop(OpenOptions::new().open_sender(path));
}

fn make_fifo(path: &Path, file: &FileAccess) -> io::Result<()> {
    match rustix::fs::mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0) {
        Ok(()) => apply_file_access(path, file, None),
        Err(rustix::io::Errno::EXIST) => check_fifo(path),
        Err(error) => Err(error.into()),
    }
}

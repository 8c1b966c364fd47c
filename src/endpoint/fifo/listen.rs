//! Waits at a FIFO; one connection at a time.
//!
//! Inbound: each time somebody has opened the FIFO for writing and written is a
//! connection, which ends when no writer is left. A second reading descriptor
//! stays open all the time, so that what is written between two connections
//! waits in the kernel in place of being lost, and each connection opens its
//! own, because epoll reports POLLHUP for ever on one whose writers have left.
//! Outbound: each reader is a connection.
//!
//! A FIFO that is removed is made again, and one that was put in its place is
//! taken like one that was there at the start: nobody waits at a file that
//! nobody else can find.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::net::unix::pipe::OpenOptions;
use tokio::sync::Semaphore;
use tokio::time::sleep;

use super::place::Place;
use super::reader::Reader;
use super::watch::{For, Watch};
use super::writer::Writer;
use super::{FIRST_PAUSE, FifoConn, LONGEST_PAUSE, Side, is_unread};
use crate::config::{Access, FifoListen};

/// After a connection that broke: what waits in the FIFO is tried again, but
/// not in a tight loop.
const LONGEST_RETRY: Duration = Duration::from_secs(5);

/// A FIFO that is listened on.
#[derive(Debug)]
pub struct FifoListener {
    place: Place,
    /// `None`: reading, where the system has no watch left to give.
    watch: Option<Watch>,
    way: Way,
    turn: Arc<Semaphore>,
    ended: Arc<AtomicBool>,
    retry: Duration,
}

#[derive(Debug)]
enum Way {
    /// We read; the descriptor keeps the content alive between connections.
    Inbound { _keeper: Reader },
    /// We write; whether somebody was served who may still be there.
    Outbound { served: bool },
}

impl FifoListener {
    /// Makes the FIFO if it is not there, and opens it.
    ///
    /// # Errors
    /// The system's; `InvalidInput` if something else than a FIFO is there,
    /// `PermissionDenied` if a stranger's is.
    pub fn bind(config: &FifoListen) -> io::Result<Self> {
        let place = Place::new(config)?;
        let outbound = config.access == Access::Outbound;
        let mut watch = if outbound {
            Some(Watch::new(&place.path, For::Departures)?)
        } else {
            Watch::new(&place.path, For::Replacement).ok()
        };
        stand_at(&place, &mut watch)?;
        let way = if outbound {
            Way::Outbound { served: false }
        } else {
            Way::Inbound { _keeper: Reader::open(&place.path)? }
        };
        let (turn, ended) = (Arc::new(Semaphore::new(1)), Arc::new(AtomicBool::new(true)));
        Ok(Self { place, watch, way, turn, ended, retry: FIRST_PAUSE })
    }

    /// Waits until the last connection is over and somebody is there anew.
    ///
    /// # Errors
    /// The system's.
    pub async fn accept(&mut self) -> io::Result<FifoConn> {
        let turn = Arc::clone(&self.turn);
        let turn = turn.acquire_owned().await.map_err(io::Error::other)?;
        let side = match self.way {
            Way::Outbound { .. } => Side::Write(self.next_reader().await?),
            Way::Inbound { .. } => {
                self.pause_after_break().await;
                Side::Read(self.next_writer().await?)
            }
        };
        self.ended.store(false, Ordering::Release);
        Ok(FifoConn { side, ended: Some(Arc::clone(&self.ended)), _turn: Some(turn) })
    }

    async fn next_reader(&mut self) -> io::Result<Writer> {
        // Whoever was served has to leave before the next can be told apart.
        if let Way::Outbound { served: true } = self.way {
            happened(self.watch.as_ref()).await?;
            self.way = Way::Outbound { served: false };
        }
        let mut pause = FIRST_PAUSE;
        loop {
            stand_at(&self.place, &mut self.watch)?;
            // Readers that gave up before they were served.
            if let Some(watch) = &mut self.watch {
                watch.forget();
            }
            match Writer::open(&self.place.path) {
                Err(error) if is_unread(&error) => sleep(pause).await,
                result => {
                    self.way = Way::Outbound { served: result.is_ok() };
                    return result;
                }
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn next_writer(&mut self) -> io::Result<Reader> {
        loop {
            if stand_at(&self.place, &mut self.watch)? {
                let keeper = Reader::open(&self.place.path);
                let keeper = keeper.inspect_err(|_| leave(self.watch.as_mut()))?;
                self.way = Way::Inbound { _keeper: keeper };
            }
            let reader = Reader::open(&self.place.path)?;
            tokio::select! {
                ready = reader.readable() => {
                    ready?;
                    rouse(&self.place.path);
                    return Ok(reader);
                }
                replaced = happened(self.watch.as_ref()) => replaced?,
            }
        }
    }

    async fn pause_after_break(&mut self) {
        if self.ended.load(Ordering::Acquire) {
            self.retry = FIRST_PAUSE;
        } else {
            sleep(self.retry).await;
            self.retry = (self.retry * 2).min(LONGEST_RETRY);
        }
    }
}

/// Sees to it that a FIFO is at the path, that it is one we may use, and that
/// it is the one that is watched; says whether it may be another one than
/// before.
fn stand_at(place: &Place, watch: &mut Option<Watch>) -> io::Result<bool> {
    let Some(watch) = watch else { return place.provide().map(|()| true) };
    match watch.follow() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            place.provide()?;
            watch.follow()
        }
        Ok(true) => place.provide().inspect_err(|_| watch.leave()).map(|()| true),
        result => result,
    }
}

async fn happened(watch: Option<&Watch>) -> io::Result<()> {
    match watch {
        Some(watch) => watch.happened().await,
        None => std::future::pending().await,
    }
}

fn leave(watch: Option<&mut Watch>) {
    if let Some(watch) = watch {
        watch.leave();
    }
}

/// A descriptor that was opened while nobody wrote is not told when a writer
/// that had come before has left: the kernel compares its count of writers with
/// that at the open. One that comes and goes now makes the difference.
fn rouse(path: &Path) {
    drop(OpenOptions::new().open_sender(path));
}

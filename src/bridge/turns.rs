//! Whose turn it is in front of the door: clients that have not proved yet who
//! they are.
//!
//! Whoever only connects and keeps silent keeps a place there, for as long as a
//! handshake may take. Where all places are taken and somebody waits for one, the
//! client that has been longest in its handshake has to go, if it has had its
//! second: a crowd of such clients keeps nobody out for long. Who has been
//! admitted never has to go.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// Nobody has to go sooner: far more than a handshake takes.
pub(super) const FAIR: Duration = Duration::from_secs(1);
/// So long after one had to go, its place should be free.
const AGAIN: Duration = Duration::from_millis(10);
/// Entries, beyond which those of clients that are gone are looked for.
const MANY: usize = 2048;

/// The turns that are under way, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Turns {
    begun: Mutex<VecDeque<(Instant, Weak<Notify>)>>,
}

/// A client's turn, over when it is dropped.
#[derive(Debug)]
pub(super) struct Turn(Arc<Notify>);

impl Turn {
    /// Waits until the place is needed for others.
    pub async fn ended(&self) {
        self.0.notified().await;
    }
}

impl Turns {
    /// A client's turn begins now.
    pub fn begin(&self) -> Turn {
        let turn = Arc::new(Notify::new());
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        if begun.len() >= MANY {
            begun.retain(|(_, turn)| turn.strong_count() > 0);
        }
        begun.push_back((Instant::now(), Arc::downgrade(&turn)));
        Turn(turn)
    }

    /// Ends the oldest turn, if it has lasted long enough; gives the time after
    /// which it is worth while to ask for the next.
    pub fn end_oldest(&self) -> Duration {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((since, turn)) = begun.front() {
            let (lasted, turn) = (since.elapsed(), turn.upgrade());
            if turn.is_some() && lasted < FAIR {
                return FAIR - lasted;
            }
            begun.pop_front();
            if let Some(turn) = turn {
                turn.notify_one();
                return AGAIN;
            }
        }
        FAIR
    }
}

#[cfg(test)]
mod tests;

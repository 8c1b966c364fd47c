//! Descriptors that are kept back, for when no others are left.
//!
//! Windows has no such limit, and nothing is kept there.

use std::io;
use std::sync::{Mutex, PoisonError};

use super::shortage::is_of_descriptors;

#[cfg(unix)]
type Kept = std::os::fd::OwnedFd;
#[cfg(windows)]
type Kept = ();

/// Descriptors that are open for nothing.
#[derive(Debug)]
pub struct Spare {
    count: usize,
    kept: Mutex<Vec<Kept>>,
}

impl Spare {
    /// Keeps `count` of them, or as many as there are.
    pub fn new(count: usize) -> Self {
        let spare = Self { count, kept: Mutex::default() };
        spare.refill();
        spare
    }

    /// Gives all of them up if `error` says that there are no others; whether it
    /// is worth while to try again.
    pub fn give_up(&self, error: &io::Error) -> bool {
        if !is_of_descriptors(error) {
            return false;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        !std::mem::take(&mut *kept).is_empty()
    }

    /// Takes back what was given up, as far as there are any.
    pub fn refill(&self) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        while kept.len() < self.count {
            match open() {
                Ok(one) => kept.push(one),
                Err(_) => return,
            }
        }
    }
}

#[cfg(unix)]
fn open() -> io::Result<Kept> {
    // Needs no file, which the sandbox might not allow.
    Ok(rustix::event::eventfd(0, rustix::event::EventfdFlags::CLOEXEC)?)
}

#[cfg(windows)]
fn open() -> io::Result<Kept> {
    Err(io::ErrorKind::Unsupported.into())
}

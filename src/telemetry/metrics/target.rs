//! The numbers of one target of a bridge that has several.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The numbers of one target. Its address is a label: it comes from the
/// configuration.
#[derive(Debug)]
pub struct TargetMeter {
    address: String,
    up: AtomicBool,
    open: AtomicU64,
    failures: AtomicU64,
}

impl TargetMeter {
    /// Of a target that has not failed yet, by its address as configured.
    pub fn new(address: String) -> Self {
        let (up, open, failures) = (AtomicBool::new(true), AtomicU64::new(0), AtomicU64::new(0));
        Self { address, up, open, failures }
    }

    /// Its address as configured.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Says whether clients are sent there.
    pub fn set_up(&self, up: bool) {
        self.up.store(up, Ordering::Relaxed);
    }

    /// Counts an attempt that did not reach it.
    pub fn failed(&self) {
        self.failures.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a connection that has reached it.
    pub fn opened(&self) {
        self.open.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a connection to it that is gone.
    pub fn closed(&self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
    }

    /// Whether clients are sent there.
    pub fn is_up(&self) -> bool {
        self.up.load(Ordering::Relaxed)
    }

    /// Connections of the bridge that are open to it now.
    pub fn open_now(&self) -> u64 {
        self.open.load(Ordering::Relaxed)
    }

    /// Attempts that did not reach it, those of probes too.
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }
}

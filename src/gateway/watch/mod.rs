//! Watches the files of a configuration, and says when their content changes.
//!
//! The system tells of changes in folders, since what stands for a file is
//! often put there by a rename: an editor's new version, Kubernetes' `..data`
//! link. Whatever it tells is waited out until it is quiet, and then only
//! content counts: a file that was touched changes nothing. Now and then the
//! files are looked at unasked, because not every file system tells.

mod files;
mod folders;
mod seen;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};

pub(super) use self::files::files_of;
use self::folders::folders_of;
pub(super) use self::seen::{Seen, look, look_now};
use crate::config::Config;

/// So long nothing happens before the files are looked at,
const QUIET: Duration = Duration::from_millis(200);
/// or so long whatever happens.
const LONGEST_UNREST: Duration = Duration::from_secs(2);
/// They are looked at unasked this often,
const UNASKED: Duration = Duration::from_secs(30);
/// or this often where the system does not tell.
const UNTOLD: Duration = Duration::from_secs(5);

/// Watches one gateway's files.
pub(super) struct Watch {
    config: PathBuf,
    on: bool,
    seen: BTreeMap<PathBuf, Seen>,
    watcher: Option<RecommendedWatcher>,
    told: Arc<Notify>,
    warned: bool,
}

impl Watch {
    /// Of this configuration file, which was `seen` so before it was read; watches
    /// nothing until it is armed.
    pub fn new(config: PathBuf, seen: Option<&Seen>) -> Self {
        let seen = seen.map(|seen| (config.clone(), seen.clone())).into_iter().collect();
        let told = Default::default();
        Self { config, on: false, seen, watcher: None, told, warned: false }
    }

    /// Watches the files of `config` and those that were `tried`, or nothing if
    /// it says so. What was seen of a file before it was read is what it is
    /// compared with.
    pub async fn arm(&mut self, config: &Config, tried: BTreeMap<PathBuf, Seen>) {
        self.on = config.watch;
        self.watcher = None;
        if !self.on {
            self.seen.clear();
            return;
        }
        let mut files = files_of(config);
        files.push(self.config.clone());
        files.extend(tried.keys().cloned());
        self.watcher = self.watch(&files);
        let mut known = std::mem::take(&mut self.seen);
        known.extend(tried);
        let unknown = files.iter().filter(|file| !known.contains_key(*file)).cloned().collect();
        self.seen = look(unknown).await;
        self.seen.extend(known.into_iter().filter(|(file, _)| files.contains(file)));
        // Something may have come between the look and the watching.
        self.told.notify_one();
    }

    /// Takes the files as they are for seen: they are about to be read.
    pub async fn look(&mut self) {
        self.seen = look(self.seen.keys().cloned().collect()).await;
    }

    /// Waits until the content of a file is another than what was seen last.
    pub async fn changed(&mut self) {
        loop {
            if !self.on {
                return std::future::pending().await;
            }
            let unasked = if self.watcher.is_some() { UNASKED } else { UNTOLD };
            tokio::select! {
                () = self.told.notified() => self.quiet().await,
                () = sleep(unasked) => {}
            }
            if self.differs().await {
                return;
            }
        }
    }

    async fn quiet(&self) {
        let until = Instant::now() + LONGEST_UNREST;
        while Instant::now() < until && timeout(QUIET, self.told.notified()).await.is_ok() {}
    }

    async fn differs(&mut self) -> bool {
        let before = self.seen.clone();
        let now = seen::look_again(before.clone()).await;
        let differs = now
            .iter()
            .any(|(file, now)| before.get(file).is_none_or(|before| !before.same_content(now)));
        if !differs {
            // Touched only: not to be read again each time.
            self.seen = now;
        }
        differs
    }

    fn watch(&mut self, files: &[PathBuf]) -> Option<RecommendedWatcher> {
        let told = Arc::clone(&self.told);
        let tell = move |event: notify::Result<notify::Event>| {
            // Our own reading is told as well.
            if event.is_ok_and(|event| !is_reading(event.kind)) {
                told.notify_one();
            }
        };
        let watched = notify::recommended_watcher(tell).and_then(|mut watcher| {
            for folder in folders_of(files) {
                let watched = watcher.watch(&folder, RecursiveMode::NonRecursive);
                // One that has gone meanwhile leaves the others to be watched.
                watched.or_else(|error| if folder.is_dir() { Err(error) } else { Ok(()) })?;
            }
            Ok(watcher)
        });
        match watched {
            Ok(watcher) => {
                self.warned = false;
                Some(watcher)
            }
            Err(error) => {
                if !std::mem::replace(&mut self.warned, true) {
                    tracing::warn!(
                        %error,
                        "the system does not watch files for us; they are looked at every {UNTOLD:?}"
                    );
                }
                None
            }
        }
    }
}

fn is_reading(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => false,
        EventKind::Access(_) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests;

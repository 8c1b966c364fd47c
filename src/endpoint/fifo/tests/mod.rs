//! What the tests of FIFOs share.

#![allow(clippy::unwrap_used, clippy::panic)]

mod coming_again;
mod replaced;
mod rights;
mod turns;

use std::fs::{File, OpenOptions as FileOptions};
use std::future::poll_fn;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt};
use std::path::PathBuf;

use rustix::fs::{CWD, FileType, Mode};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use super::*;
use crate::config::{FifoListen, FileAccess, Framing};

/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(10);

fn site() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fifo");
    (folder, path)
}

fn make(path: &Path) {
    rustix::fs::mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
}

fn listen(path: &Path, access: Access) -> FifoListener {
    let file = FileAccess::default();
    let config = FifoListen { path: path.to_owned(), access, file, framing: Framing::U32Be };
    FifoListener::bind(&config).unwrap()
}

fn reader(path: &Path) -> File {
    FileOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path).unwrap()
}

/// Says `text` to the next reader and closes.
async fn serve(listener: &mut FifoListener, text: &[u8]) {
    let mut conn = timeout(LONG, listener.accept()).await.unwrap().unwrap();
    conn.write_all(text).await.unwrap();
    conn.shutdown().await.unwrap();
}

fn reads(mut reader: &File) -> String {
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    text
}

/// Until the listener has made the FIFO again.
async fn is_there_again(path: &Path) {
    let made = async {
        while !path.exists() {
            tokio::task::yield_now().await;
        }
    };
    timeout(LONG, made).await.unwrap();
}

fn writer(path: &Path) -> File {
    FileOptions::new().write(true).open(path).unwrap()
}

//! What was seen of a file: enough to tell whether its content is another.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use ring::digest::{Context, SHA256};

/// The largest file that anybody reads, a revocation list, has 64 MiB; of a
/// larger one the beginning tells enough, since it is refused.
const MOST: u64 = (64 << 20) + 1;

/// A file at one moment. Without content: it was not there, or not to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::gateway) struct Seen {
    mark: Option<Mark>,
    digest: Option<[u8; 32]>,
}

/// While this is the same, the content is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mark {
    length: u64,
    modified: Option<SystemTime>,
    #[cfg(unix)]
    inode: (u64, u64, i64, i64),
}

impl Seen {
    /// Whether the content is the same, whatever else of the file is not.
    pub fn same_content(&self, other: &Self) -> bool {
        self.digest == other.digest
    }

    /// The file as it is now.
    pub fn at(path: &Path) -> Self {
        let mark = mark(path);
        let digest = mark.as_ref().and_then(|_| digest(path));
        Self { mark, digest }
    }
}

/// Looks at files, on a thread where that may take its time.
pub(in crate::gateway) async fn look(files: Vec<PathBuf>) -> BTreeMap<PathBuf, Seen> {
    tokio::task::spawn_blocking(move || look_now(files)).await.unwrap_or_default()
}

/// The same, here and now.
pub(in crate::gateway) fn look_now(files: Vec<PathBuf>) -> BTreeMap<PathBuf, Seen> {
    files.into_iter().map(|file| (file.clone(), Seen::at(&file))).collect()
}

/// Looks again at what was seen; reads only what may be another.
pub(super) async fn look_again(mut seen: BTreeMap<PathBuf, Seen>) -> BTreeMap<PathBuf, Seen> {
    let work = move || {
        for (file, seen) in &mut seen {
            if seen.mark.is_none() || seen.mark != mark(file) {
                *seen = Seen::at(file);
            }
        }
        seen
    };
    tokio::task::spawn_blocking(work).await.unwrap_or_default()
}

fn mark(path: &Path) -> Option<Mark> {
    let meta = std::fs::metadata(path).ok()?;
    // Opening a FIFO would wait for who writes to it.
    meta.is_file().then(|| Mark {
        length: meta.len(),
        modified: meta.modified().ok(),
        #[cfg(unix)]
        inode: inode(&meta),
    })
}

#[cfg(unix)]
fn inode(meta: &std::fs::Metadata) -> (u64, u64, i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (meta.dev(), meta.ino(), meta.ctime(), meta.ctime_nsec())
}

fn digest(path: &Path) -> Option<[u8; 32]> {
    let mut file = File::open(path).ok()?.take(MOST);
    let (mut content, mut buffer) = (Context::new(&SHA256), vec![0; 64 << 10]);
    loop {
        match file.read(&mut buffer).ok()? {
            0 => break,
            read => content.update(&buffer[..read]),
        }
    }
    let mut digest = [0; 32];
    digest.copy_from_slice(content.finish().as_ref());
    Some(digest)
}

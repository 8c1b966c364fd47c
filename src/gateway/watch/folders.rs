//! In which folders something happens when a file changes: its own, and those
//! of every link on the way to it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The system follows no more links than that either (ELOOP).
const MOST_LINKS: usize = 40;
/// More folders are not watched; their files are looked at unasked.
const MOST_FOLDERS: usize = 256;

/// The folders to watch for these files; only those that are there.
pub(super) fn folders_of(files: &[PathBuf]) -> BTreeSet<PathBuf> {
    let mut folders = BTreeSet::new();
    for file in files {
        add(file, &mut folders, 0);
        if folders.len() >= MOST_FOLDERS {
            break;
        }
    }
    folders.retain(|folder| folder.is_dir());
    folders
}

fn add(path: &Path, folders: &mut BTreeSet<PathBuf>, links: usize) {
    let parent_of = |path: &Path| match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) => parent.to_owned(),
        None => path.to_owned(),
    };
    folders.insert(parent_of(path));
    let is_link = |path: &&Path| path.is_symlink();
    let Some(link) = path.ancestors().find(is_link) else { return };
    let (Ok(to), Ok(rest)) = (std::fs::read_link(link), path.strip_prefix(link)) else { return };
    folders.insert(parent_of(link));
    if links < MOST_LINKS {
        let target = parent_of(link).join(to);
        // Joining with nothing would add a separator.
        let target = if rest.as_os_str().is_empty() { target } else { target.join(rest) };
        add(&target, folders, links + 1);
    }
}

//! How Windows calls what is here: paths, pipes, and words on a command line.

use std::path::Path;

/// A Linux path as Windows programs see it: Wine's drive Z: is the root.
pub fn path(path: impl AsRef<Path>) -> String {
    let path = path.as_ref().to_str().unwrap();
    assert!(path.starts_with('/'), "{path} has no root");
    format!("Z:{}", path.replace('/', "\\"))
}

/// `\\.\pipe\NAME`
pub fn pipe(name: &str) -> String {
    format!(r"\\.\pipe\{name}")
}

/// A word of a batch file's command line.
pub fn batch_word(word: &str) -> String {
    assert!(!word.contains('"'), "{word} can't be said in a batch file");
    format!("\"{}\"", word.replace('%', "%%"))
}

//! Where `tests/windows/build` has put what it built.
//!
//! What is missing or older than its source fails the test that wants it: a
//! test of yesterday's exe proves nothing.

use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::SystemTime;

/// The exe under test.
pub fn pipeferry() -> PathBuf {
    static FRESH: Once = Once::new();
    FRESH.call_once(|| assert_fresh("pipeferry.stamp"));
    place("x86_64-pc-windows-gnu/debug/pipeferry.exe")
}

/// The crate's unit tests, as a program.
pub fn unit_tests() -> PathBuf {
    assert_fresh("unit-tests.stamp");
    place("unit-tests.exe").canonicalize().unwrap()
}

/// A program of ours, built: `tests/programs/NAME.c`, or all of `NAME/`.
pub fn program(name: &str) -> PathBuf {
    let made = place(&format!("programs/{name}.exe"));
    let mut sources = vec![source(&format!("{name}.c"))];
    if !sources[0].exists() {
        sources.clear();
        collect(&source(name), &mut sources);
    }
    assert_newer(&made, sources);
    made
}

/// CPython for Windows.
pub fn python() -> PathBuf {
    place("python/python.exe")
}

/// Node for Windows.
pub fn node() -> PathBuf {
    place("node/node.exe")
}

/// A program text beside the tests.
pub fn source(name: &str) -> PathBuf {
    root().join("tests/programs").join(name)
}

/// A Windows that has been set up, to copy.
pub fn template() -> PathBuf {
    place("template")
}

/// Where machines are made: the file system of the template, so that its large
/// files need no copies.
pub fn machines() -> PathBuf {
    place("machines")
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn place(name: &str) -> PathBuf {
    let path = root().join("target/windows").join(name);
    assert!(path.exists(), "{} is missing: run tests/windows/build", path.display());
    path
}

/// A stamp is as old as the sources that it speaks for.
fn assert_fresh(stamp: &str) {
    let mut sources: Vec<_> =
        ["Cargo.toml", "Cargo.lock", "build.rs"].iter().map(|name| root().join(name)).collect();
    collect(&root().join("src"), &mut sources);
    assert_newer(&place(stamp), sources);
}

fn assert_newer(made: &Path, sources: Vec<PathBuf>) {
    let made = modified(made);
    for source in sources {
        let path = source.display();
        assert!(modified(&source) <= made, "{path} is newer: run tests/windows/build");
    }
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), found);
        } else {
            found.push(entry.path());
        }
    }
}

fn modified(path: &Path) -> SystemTime {
    std::fs::metadata(path).and_then(|known| known.modified()).unwrap()
}

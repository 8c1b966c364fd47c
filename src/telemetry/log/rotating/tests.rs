#![allow(clippy::unwrap_used)]

use std::fs;

use super::*;

const SMALL: Bounds = Bounds { file: 20, files: 3 };

fn names_and_texts(folder: &Path) -> Vec<(String, String)> {
    let mut all: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_file())
        .map(|entry| {
            let text = fs::read_to_string(entry.path()).unwrap();
            (entry.file_name().into_string().unwrap(), text)
        })
        .collect();
    all.sort();
    all
}

fn pair(name: &str, text: &str) -> (String, String) {
    (name.to_owned(), text.to_owned())
}

#[test]
fn a_full_file_is_set_aside_and_the_oldest_goes() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = RotatingFile::open(&folder.path().join("a.log"), SMALL).unwrap();
    for number in 1..=9 {
        // Two of them fill a file.
        log.write_all(format!("line {number}..\n").as_bytes()).unwrap();
    }
    let kept = [
        pair("a.1.log", "line 7..\nline 8..\n"),
        pair("a.2.log", "line 5..\nline 6..\n"),
        pair("a.log", "line 9..\n"),
    ];
    assert_eq!(names_and_texts(folder.path()), kept);
}

#[test]
fn what_was_there_before_counts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    fs::write(&path, "of yesterday......\n").unwrap();
    let mut log = RotatingFile::open(&path, SMALL).unwrap();
    log.write_all(b"today\n").unwrap();
    let kept = [pair("a.1.log", "of yesterday......\n"), pair("a.log", "today\n")];
    assert_eq!(names_and_texts(folder.path()), kept);
}

#[test]
fn many_lines_in_one_write_are_not_torn() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = RotatingFile::open(&folder.path().join("a.log"), SMALL).unwrap();
    log.write_all(b"first\n").unwrap();
    let burst = "a line that is long\n".repeat(3);
    log.write_all(burst.as_bytes()).unwrap();
    assert_eq!(names_and_texts(folder.path()), [pair("a.1.log", "first\n"), pair("a.log", &burst)]);
}

#[test]
fn one_file_alone_is_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    let bounds = Bounds { file: 10, files: 1 };
    let mut log = RotatingFile::open(&folder.path().join("a.log"), bounds).unwrap();
    log.write_all(b"one.....\n").unwrap();
    log.write_all(b"two.....\n").unwrap();
    assert_eq!(names_and_texts(folder.path()), [pair("a.log", "two.....\n")]);
}

#[test]
fn a_file_that_cannot_be_set_aside_stays_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    // No file can take the name of a folder with something in it.
    fs::create_dir_all(folder.path().join("a.1.log/x")).unwrap();
    let bounds = Bounds { file: 20, files: 2 };
    let mut log = RotatingFile::open(&path, bounds).unwrap();
    for _ in 0..4 {
        log.write_all(b"0123456789").unwrap();
        assert!(fs::metadata(&path).unwrap().len() <= 2 * bounds.file);
    }
    // Nothing was lost up to twice the bound; then it begins anew.
    assert_eq!(fs::metadata(&path).unwrap().len(), 40);
    log.write_all(b"after").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "after");

    fs::remove_dir_all(folder.path().join("a.1.log")).unwrap();
    log.write_all(b"0123456789abcdef").unwrap();
    let kept = [pair("a.1.log", "after"), pair("a.log", "0123456789abcdef")];
    assert_eq!(names_and_texts(folder.path()), kept);
}

//! The folder: which is taken, and what is left of it.

use std::path::Path;

use crate::cli::demo::folder::{CERTS, Folder, FolderError, NEAR_CONFIG};

fn listing(path: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(path).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn fill(folder: &Folder) {
    std::fs::create_dir(folder.file(CERTS)).unwrap();
    std::fs::write(folder.file(CERTS).join("ca.key"), "secret").unwrap();
    std::fs::write(folder.file(NEAR_CONFIG), "").unwrap();
}

#[cfg(unix)]
fn assert_private(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(folder).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

/// Nobody else stands in its DACL.
#[cfg(windows)]
fn assert_private(folder: &Path) {
    let sddl = crate::sys::windows::folder::sddl(folder).unwrap();
    let own = crate::sys::windows::token::own().unwrap().user.to_string();
    let entries = sddl.split_once("D:").unwrap().1.split('(').skip(1);
    let trustee = |entry: &str| entry.trim_end_matches(')').rsplit(';').next().unwrap().to_owned();
    let trustees: Vec<String> = entries.map(trustee).collect();
    assert!(trustees.contains(&own), "{sddl}");
    assert!(trustees.iter().all(|one| [own.as_str(), "SY", "BA"].contains(&&**one)), "{sddl}");
}

#[test]
fn a_temporary_folder_is_private_and_goes_with_all_that_is_in_it() {
    let at = tempfile::tempdir().unwrap();
    let folder = Folder::temporary(at.path(), false).unwrap();
    assert_private(folder.path());
    fill(&folder);
    drop(folder);
    assert_eq!(listing(at.path()), [""; 0]);
}

#[test]
fn a_kept_folder_stays() {
    let at = tempfile::tempdir().unwrap();
    let folder = Folder::named(&at.path().join("kept"), true).unwrap();
    fill(&folder);
    folder.leave().unwrap();
    assert_eq!(listing(&at.path().join("kept")).len(), 2);
}

#[test]
fn a_folder_of_somebody_else_stays_and_only_our_files_go_from_it() {
    let at = tempfile::tempdir().unwrap();
    let folder = Folder::named(at.path(), false).unwrap();
    fill(&folder);
    std::fs::write(at.path().join("theirs.txt"), "put there meanwhile").unwrap();
    folder.leave().unwrap();
    assert_eq!(listing(at.path()), ["theirs.txt"]);
}

#[test]
fn a_folder_with_something_in_it_is_refused_and_left_alone() {
    let at = tempfile::tempdir().unwrap();
    std::fs::write(at.path().join(NEAR_CONFIG), "theirs").unwrap();
    let error = Folder::named(at.path(), false).unwrap_err();
    assert!(matches!(error, FolderError::NotEmpty(_)), "{error}");
    assert_eq!(listing(at.path()), [NEAR_CONFIG]);
}

#[cfg(unix)]
#[test]
fn a_path_too_long_for_sockets_is_refused_before_anything_is_made() {
    let at = tempfile::tempdir().unwrap();
    let long = at.path().join("x".repeat(100));
    let error = Folder::named(&long, true).unwrap_err();
    assert!(matches!(error, FolderError::TooLong { .. }), "{error}");
    assert_eq!(listing(at.path()), [""; 0]);
}

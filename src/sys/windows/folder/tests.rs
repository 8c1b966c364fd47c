#![allow(clippy::unwrap_used)]

use windows_sys::Win32::Foundation::{ERROR_ALREADY_EXISTS, ERROR_FILE_NOT_FOUND};

use super::*;

const CLOSED: &str = "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;OW)";

fn descriptor(sddl: &str) -> SecurityDescriptor {
    SecurityDescriptor::from_sddl(sddl).unwrap()
}

#[test]
fn a_folder_is_made_once_and_its_descriptor_read_and_set() {
    let above = tempfile::tempdir().unwrap();
    let path = above.path().join("new");
    let missing = sddl(&path).unwrap_err().raw_os_error();
    assert_eq!(missing, Some(ERROR_FILE_NOT_FOUND.cast_signed()));

    create(&path, &descriptor(CLOSED)).unwrap();
    assert!(path.is_dir());
    let again = create(&path, &descriptor(CLOSED)).unwrap_err().raw_os_error();
    assert_eq!(again, Some(ERROR_ALREADY_EXISTS.cast_signed()));

    // Wine keeps a mode in place of the list, so not entry for entry.
    set_dacl(&path, &descriptor(CLOSED)).unwrap();
    let found = sddl(&path).unwrap();
    assert!(found.starts_with("O:"), "{found}");
    assert!(found.contains("D:") && found.contains(";;;SY)"), "{found}");
}

#[test]
fn a_descriptor_that_would_let_everybody_in_is_not_set() {
    let folder = tempfile::tempdir().unwrap();
    let error = set_dacl(folder.path(), &descriptor("O:BA")).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
}

#[test]
fn a_path_that_ends_at_a_nul_is_refused() {
    let error = create(Path::new("a\0b"), &descriptor(CLOSED)).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
}

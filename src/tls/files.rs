//! Reading files of bounded size.
//!
//! Only regular files are read: a FIFO in a certificate's place would stop the
//! daemon at its start for as long as nobody writes to it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use super::identity::Problem;

/// The largest certificate, key, bundle or PKCS#12 file in bytes. The system
/// bundles of today are around 220 KiB.
pub(super) const MAX_PEM: u64 = 1024 * 1024;
/// The largest revocation list in bytes.
pub(super) const MAX_CRL: u64 = 64 * 1024 * 1024;
/// The largest password file in bytes.
pub(super) const MAX_PASSWORD: u64 = 4096;

/// The whole file, of at most `most` bytes.
pub(super) fn read(path: &Path, most: u64) -> Result<Vec<u8>, Problem> {
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(Problem::NotAFile);
    }
    let mut content = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(most + 1).read_to_end(&mut content).map_err(unreadable)?;
    if content.len() as u64 > most {
        return Err(Problem::TooLarge { most });
    }
    Ok(content)
}

fn unreadable(error: io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::NotFound => Problem::Missing,
        io::ErrorKind::PermissionDenied => Problem::PermissionDenied,
        _ => Problem::Unreadable(error),
    }
}

/// Whether accounts that are neither owner nor group may read the file.
/// Unreadable metadata counts as no: reading the file tells that anyway.
#[cfg(unix)]
pub(super) fn others_may_read(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o004 != 0)
}

/// Windows has no such bit.
#[cfg(not(unix))]
pub(super) fn others_may_read(_path: &Path) -> bool {
    false
}

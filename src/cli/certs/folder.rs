//! The authority's folder: paths, the lock, and atomic writing.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::usage;

/// The authority's certificate.
pub(super) const CERTIFICATE: &str = "ca.pem";

/// The largest file of the folder that is read, in bytes.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readers {
    Owner,
    Everybody,
}

/// The folder, locked for as long as this lives.
#[derive(Debug)]
pub(super) struct Locked {
    path: PathBuf,
    _lock: File,
}

impl Locked {
    /// Makes the folder where it is missing and waits for the lock.
    pub(super) fn create(path: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(path)
            .with_context(|| format!("cannot make the folder {}", path.display()))?;
        Self::lock(path)
    }

    /// Waits for the lock of an authority's folder. Elsewhere nothing is left
    /// behind, not even the lock's file.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        if !path.join(CERTIFICATE).exists() {
            return Err(no_authority(path));
        }
        Self::lock(path)
    }

    fn lock(path: &Path) -> anyhow::Result<Self> {
        let lock = path.join(".lock");
        let file = private(OpenOptions::new().create(true).truncate(false).write(true))
            .open(&lock)
            .with_context(|| format!("cannot open {}", lock.display()))?;
        wait_for(&file).with_context(|| format!("cannot lock {}", lock.display()))?;
        Ok(Self { path: path.to_owned(), _lock: file })
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Puts a file in place as a whole or not at all.
    pub(super) fn write(
        &self,
        name: &str,
        content: impl AsRef<[u8]>,
        readers: Readers,
    ) -> anyhow::Result<PathBuf> {
        let path = self.path(name);
        // The lock makes the temporary name ours; a left-over of a crash goes.
        let temporary = self.path(&format!(".{name}.new"));
        let put = || -> std::io::Result<()> {
            let _ = fs::remove_file(&temporary);
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            let mut file = match readers {
                Readers::Owner => private(&mut options).open(&temporary)?,
                Readers::Everybody => options.open(&temporary)?,
            };
            file.write_all(content.as_ref())?;
            file.sync_all()?;
            fs::rename(&temporary, &path)
        };
        put()
            .inspect_err(|_| {
                let _ = fs::remove_file(&temporary);
            })
            .with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }
}

/// A whole file of bounded size.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let read = || -> std::io::Result<Vec<u8>> {
        let mut content = Vec::new();
        File::open(path)?.take(MAX_FILE + 1).read_to_end(&mut content)?;
        Ok(content)
    };
    let content = read().with_context(|| format!("cannot read {}", path.display()))?;
    if content.len() as u64 > MAX_FILE {
        bail!("{} is larger than {MAX_FILE} bytes", path.display());
    }
    Ok(content)
}

/// A whole text file of bounded size.
pub(super) fn read_text(path: &Path) -> anyhow::Result<String> {
    String::from_utf8(read(path)?).with_context(|| format!("{} is not text", path.display()))
}

/// The first line of a password file; empty without a file.
pub(super) fn password(path: Option<&Path>) -> anyhow::Result<String> {
    let Some(path) = path else { return Ok(String::new()) };
    Ok(read_text(path)?.lines().next().unwrap_or_default().to_owned())
}

fn no_authority(path: &Path) -> anyhow::Error {
    usage(format!(
        "there is no authority in {0}; make one with `pipeferry certs init --dir {0}`, or name its folder with --dir",
        path.display()
    ))
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600)
}

/// Elsewhere a file takes its folder's access list.
#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

#[cfg(unix)]
fn wait_for(file: &File) -> std::io::Result<()> {
    Ok(rustix::fs::flock(file, rustix::fs::FlockOperation::LockExclusive)?)
}

#[cfg(not(unix))]
fn wait_for(file: &File) -> std::io::Result<()> {
    #[allow(clippy::incompatible_msrv)]
    file.lock()
}

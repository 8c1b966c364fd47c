//! A log file that never outgrows its bound: when it is full it is set aside
//! under a number, and the oldest of those goes.
//!
//! For one writing process; never for a file that somebody else writes too.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The most bytes of one file, unless one write alone is longer. While the
    /// full file cannot be set aside, because another program holds it, twice
    /// as many.
    pub file: u64,
    /// How many files, the one that is being written among them; at least 1.
    pub files: usize,
}

/// `NAME.log` and its predecessors `NAME.1.log`, the newest, to `NAME.4.log`.
#[derive(Debug)]
pub struct RotatingFile {
    path: PathBuf,
    bounds: Bounds,
    file: File,
    length: u64,
    /// Where the next attempt to set the file aside is due.
    next: u64,
}

impl RotatingFile {
    /// Opens the file, and goes on at its end if there is one.
    ///
    /// # Errors
    /// What the system says.
    pub fn open(path: &Path, bounds: Bounds) -> io::Result<Self> {
        let file = append_to(path)?;
        let length = file.metadata()?.len();
        Ok(Self { path: path.to_owned(), bounds, file, length, next: bounds.file })
    }

    /// A failure to set the full file aside is no reason to lose lines: it is
    /// tried again a tenth of the bound later, and at twice the bound the file
    /// is emptied.
    fn make_room(&mut self, coming: u64) -> io::Result<()> {
        let wanted = self.length.saturating_add(coming);
        if self.length == 0 || wanted <= self.next {
            return Ok(());
        }
        let twice = self.bounds.file.saturating_mul(2);
        if self.set_aside().is_err() {
            if wanted <= twice {
                self.next = wanted.saturating_add(self.bounds.file / 10).min(twice);
                return Ok(());
            }
            self.empty()?;
        }
        self.file = append_to(&self.path)?;
        (self.length, self.next) = (0, self.bounds.file);
        Ok(())
    }

    /// The file that is open moves along with its name: std opens files on
    /// Windows so that they can be renamed meanwhile.
    fn set_aside(&self) -> io::Result<()> {
        if self.bounds.files <= 1 {
            return self.empty();
        }
        for number in (1..self.bounds.files - 1).rev() {
            match std::fs::rename(self.numbered(number), self.numbered(number + 1)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        std::fs::rename(&self.path, self.numbered(1))
    }

    /// Under another handle: one that appends may not cut on Windows.
    fn empty(&self) -> io::Result<()> {
        OpenOptions::new().write(true).truncate(true).open(&self.path).map(drop)
    }

    fn numbered(&self, number: usize) -> PathBuf {
        let end = self.path.extension().unwrap_or_default().to_string_lossy().into_owned();
        self.path.with_extension(format!("{number}.{end}"))
    }
}

fn append_to(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).open(path)
}

/// Each call is written into one file whole, so that no line is torn.
impl Write for RotatingFile {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        self.make_room(lines.len() as u64)?;
        self.file.write_all(lines)?;
        self.length = self.length.saturating_add(lines.len() as u64);
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests;

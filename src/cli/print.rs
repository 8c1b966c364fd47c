//! Standard output, for what a command prints and leaves.
//!
//! Whoever reads it may have had enough (`pipeferry schema | head`): that is no
//! failure of the command, and must not keep it from finishing its work.

use std::io::{self, ErrorKind, StdoutLock, Write};

use anyhow::Context as _;

/// Prints a text, all of it at once; lines end in it.
pub(super) fn print(text: impl AsRef<[u8]>) -> anyhow::Result<()> {
    Output::lock().write_all(text.as_ref()).context("cannot print")
}

/// Standard output; what nobody reads any more is dropped.
pub(super) struct Output(StdoutLock<'static>);

impl Output {
    pub(super) fn lock() -> Self {
        Self(io::stdout().lock())
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        unless_left(self.0.write(bytes), bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        unless_left(self.0.flush(), ())
    }
}

fn unless_left<T>(result: io::Result<T>, instead: T) -> io::Result<T> {
    match result {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(instead),
        result => result,
    }
}

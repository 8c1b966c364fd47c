//! Standard output.

use std::io::Write as _;

use anyhow::Context as _;

/// Prints a text, all of it at once; lines end in it.
pub(super) fn print(text: impl AsRef<[u8]>) -> anyhow::Result<()> {
    std::io::stdout().lock().write_all(text.as_ref()).context("cannot print")
}

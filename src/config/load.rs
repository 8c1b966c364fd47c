//! Reads a configuration file, or the text of one.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::string::FromUtf8Error;

use super::diagnostics::Diagnostics;
use super::machine::{Machine, Unasked};
use super::model::{Config, PipeAddress};
use super::raw::RawConfig;
use super::read::Read as _;
use super::report::{Fault, Report, Spot};
use super::resolve::{self, PipePath, Scope};
use super::surroundings::Surroundings;
use super::tree::{self, Doubt};

/// Larger than any configuration that people keep in their heads.
const LARGEST: u64 = 4 << 20;

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("cannot read the configuration {}", file.display())]
    Unreadable {
        /// Which file.
        file: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is too much text.
    #[error("the configuration {} is {problem}", file.display())]
    NoText {
        /// Which file.
        file: PathBuf,
        /// What it is.
        problem: &'static str,
    },
    /// The text has mistakes.
    #[error(transparent)]
    Wrong(#[from] Diagnostics),
}

/// Reads and resolves a configuration file.
///
/// # Errors
/// When the file cannot be read, is not UTF-8, is larger than 4 MiB, or has
/// mistakes in it; all of them at once.
pub fn load(path: &Path, surroundings: &Surroundings) -> Result<Config, ConfigError> {
    load_on(path, surroundings, &Unasked)
}

/// As [`load`], with what a machine says of files and accounts among the
/// mistakes.
///
/// # Errors
/// As [`load`].
pub fn load_on(
    path: &Path,
    surroundings: &Surroundings,
    machine: &dyn Machine,
) -> Result<Config, ConfigError> {
    let text = read_file(path)?;
    Ok(parse_on(&text, path, surroundings, machine)?)
}

/// Tells a file that can be read once only from others: a pipe, such as a shell
/// makes of `<(...)`, has nothing more to say then, and opening it waits for
/// whoever may write. What is not there is told by who opens it.
///
/// # Errors
/// [`ConfigError::Unreadable`] for what is neither a file nor a folder.
pub fn can_be_read_again(path: &Path) -> Result<(), ConfigError> {
    const READ_ONCE: &str = "it is no regular file, and what is not can be read at the start only";
    match std::fs::metadata(path) {
        Ok(there) if !there.is_file() && !there.is_dir() => {
            let source = std::io::Error::new(std::io::ErrorKind::InvalidInput, READ_ONCE);
            Err(ConfigError::Unreadable { file: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

/// Where a daemon of this configuration file, or of none, may have its control
/// pipe, the likeliest place first; `name` is one to take in place of that in
/// the file. Of a file that cannot be read or has mistakes, what can be made
/// out counts: a daemon that runs can be asked whatever became of its file.
pub fn control_places(
    file: Option<&Path>,
    name: Option<&str>,
    surroundings: &Surroundings,
) -> Vec<PipeAddress> {
    let mut report = Report::default();
    let text = file.and_then(|file| read_file(file).ok()).unwrap_or_default();
    let source = report.add_source(String::new(), &text);
    let document = tree::document(&mut report, source, &text);
    let raw = RawConfig::read(&document, &mut report).unwrap_or_default();
    let base = base_of(file.unwrap_or(Path::new("")), surroundings);
    resolve::control_places(&mut scope_of((surroundings, &Unasked), base, report), &raw, name)
}

/// Resolves the text of a configuration file. `file` is its name in messages,
/// and its folder is what relative paths are joined to.
///
/// # Errors
/// All mistakes.
pub fn parse(text: &str, file: &Path, surroundings: &Surroundings) -> Result<Config, Diagnostics> {
    parse_on(text, file, surroundings, &Unasked)
}

/// As [`parse`], with what a machine says of files and accounts among the
/// mistakes.
///
/// # Errors
/// All mistakes.
pub fn parse_on(
    text: &str,
    file: &Path,
    surroundings: &Surroundings,
    machine: &dyn Machine,
) -> Result<Config, Diagnostics> {
    let mut report = Report::default();
    let source = report.add_source(file.display().to_string(), text);
    let Some(raw) = read_raw(&mut report, source, text) else {
        return report.finish(None);
    };
    let base = base_of(file, surroundings);
    let mut scope = scope_of((surroundings, machine), base, report);
    let config = resolve::config(&mut scope, &raw, Spot { source, start: 0, end: 0 });
    scope.report.finish(Some(config))
}

/// The tables of a file; `None` after a syntax error that may have swallowed
/// some of it. What was read in spite of one is looked at too, but not for what
/// seems to be missing in it.
fn read_raw(report: &mut Report, source: usize, text: &str) -> Option<RawConfig> {
    let document = tree::document(report, source, text);
    let broken = report.lines(|fault| tree::doubt(fault) != Doubt::Nothing);
    let swallowed = !report.lines(|fault| tree::doubt(fault) == Doubt::All).is_empty();
    let mark = report.count();
    let raw = RawConfig::read(&document, report);
    // After a broken header nobody can tell which table the keys are of.
    let lines: Vec<&str> = text.lines().collect();
    let header = |(_, line): &&(usize, usize)| {
        lines.get(line - 1).is_some_and(|line| line.trim_start().starts_with('['))
    };
    let end = broken.iter().find(header).map_or(usize::MAX, |(_, line)| *line);
    let broken: std::collections::HashSet<_> = broken.into_iter().collect();
    if !broken.is_empty() {
        report.forget_lines(mark, |place| broken.contains(&place) || place.1 >= end);
    }
    raw.filter(|_| !swallowed)
}

/// The scope of a file, or of the working directory.
pub(super) fn scope_of<'s>(
    (surroundings, machine): (&'s Surroundings, &'s dyn Machine),
    base: PathBuf,
    report: Report,
) -> Scope<'s> {
    Scope {
        surroundings,
        machine,
        base,
        pipe_path: PipePath::Default(surroundings.default_pipe_dir()),
        identities: Default::default(),
        default_identity: None,
        stdio_allowed: false,
        report,
    }
}

pub(super) fn base_of(file: &Path, surroundings: &Surroundings) -> PathBuf {
    surroundings.working_dir.join(file.parent().unwrap_or(Path::new("")))
}

pub(super) fn read_file(path: &Path) -> Result<String, ConfigError> {
    let unreadable = |source| ConfigError::Unreadable { file: path.to_owned(), source };
    let no_text = |problem| ConfigError::NoText { file: path.to_owned(), problem };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(no_text("larger than 4 MiB, which no configuration should be"));
    }
    String::from_utf8(bytes).map_err(|error| not_utf8(path, &error).into())
}

/// Where the text stops to be one.
fn not_utf8(path: &Path, error: &FromUtf8Error) -> Diagnostics {
    let (bytes, start) = (error.as_bytes(), error.utf8_error().valid_up_to());
    let byte = bytes.get(start).copied().unwrap_or_default();
    let text = String::from_utf8_lossy(bytes);
    let end =
        start + text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let mut report = Report::default();
    let source = report.add_source(path.display().to_string(), text);
    let fault = Fault::new(format!("not text in UTF-8: the byte {byte:#04x}"));
    let fault = fault.expected("UTF-8 throughout").hint("save the file in UTF-8");
    report.fault(Spot { source, start, end }, fault);
    report.into_diagnostics()
}

#[cfg(test)]
mod tests;

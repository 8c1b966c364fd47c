//! The command line that a service is started with (its ImagePath): how ours
//! is written, and how it is known again.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::name::ServiceName;

/// The arguments after the program. Whoever puts them together quotes what has
/// a space in it.
pub(super) fn arguments(name: &ServiceName, config: &Path, log: &Path) -> Vec<OsString> {
    let words = ["service", "run", "--name", name.as_str(), "--config"].map(OsString::from);
    words.into_iter().chain([config.into(), "--log".into(), log.into()]).collect()
}

/// What our own command line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OurCommand {
    pub program: PathBuf,
    pub config: PathBuf,
    pub log: PathBuf,
}

/// Recognises a service of this name that `pipeferry service install` made:
/// the program is pipeferry, wherever it lies (an upgrade may have moved it),
/// and runs `service run` with that name.
pub(super) fn recognise(command_line: &str, name: &ServiceName) -> Option<OurCommand> {
    let words = split(command_line);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let [program, "service", "run", "--name", found, "--config", config, "--log", log] = words[..]
    else {
        return None;
    };
    let file = program.rsplit(['\\', '/']).next()?;
    let ours =
        file.eq_ignore_ascii_case("pipeferry.exe") && found.eq_ignore_ascii_case(name.as_str());
    ours.then(|| OurCommand { program: program.into(), config: config.into(), log: log.into() })
}

/// Splits a command line as CommandLineToArgvW and the C runtime do: the
/// program ends at a space or a quote; elsewhere a backslash means something
/// only before a quote.
/// <https://learn.microsoft.com/windows/win32/api/shellapi/nf-shellapi-commandlinetoargvw>
fn split(line: &str) -> Vec<String> {
    let line = line.trim_start_matches([' ', '\t']);
    let (program, rest) = match line.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
        None => line.split_once([' ', '\t']).unwrap_or((line, "")),
    };
    let mut words = vec![program.to_owned()];
    let mut rest = rest.chars().peekable();
    loop {
        while rest.next_if(|c| matches!(c, ' ' | '\t')).is_some() {}
        if rest.peek().is_none() {
            return words;
        }
        words.push(word(&mut rest));
    }
}

fn word(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let (mut word, mut quoted) = (String::new(), false);
    loop {
        let mut backslashes = 0;
        while rest.next_if_eq(&'\\').is_some() {
            backslashes += 1;
        }
        let before_quote = rest.peek() == Some(&'"');
        let kept = if before_quote { backslashes / 2 } else { backslashes };
        word.extend(std::iter::repeat_n('\\', kept));
        match rest.peek() {
            None => return word,
            Some(' ' | '\t') if !quoted => return word,
            Some('"') if backslashes % 2 == 1 => word.push('"'),
            Some('"') => quoted = !quoted,
            Some(c) => word.push(*c),
        }
        rest.next();
    }
}

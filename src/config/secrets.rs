//! What of a configuration's text is never shown, even where it is wrong.
//!
//! No key of ours takes a secret: keys and passwords stand in files. But people
//! write them where they do not belong, and the mistake is then drawn with its
//! line, on terminals and in logs.

use std::borrow::Cow;
use std::ops::Range;

/// What begins a private key in PEM; what kind of key stands between the two.
const BEGIN: &str = "-----BEGIN ";
const KEY: &str = "PRIVATE KEY-----";
const END: &str = "-----END ";
/// `RSA `, `EC `, `ENCRYPTED `, ...: no kind has a longer name.
const LONGEST_KIND: usize = 32;

/// A key with one of these in its name has a value that nobody is shown, unless
/// that is a file.
const WORDS: [&str; 5] = ["password", "passwd", "passphrase", "secret", "token"];

/// A line of `text` with `*` for each byte of a secret, so that places within
/// it stay what they are.
pub(super) fn masked(text: &str, line: Range<usize>) -> Cow<'_, str> {
    let shown = &text[line.clone()];
    let mut secrets: Vec<Range<usize>> = values(shown).collect();
    secrets.extend(key_in(shown));
    if within_key(&text[..line.start]) {
        secrets.push(0..shown.len());
    }
    if secrets.is_empty() {
        return Cow::Borrowed(shown);
    }
    let is_secret = |at: usize| secrets.iter().any(|secret| secret.contains(&at));
    let masked = shown.char_indices().flat_map(|(at, c)| {
        let (c, times) = if is_secret(at) { ('*', c.len_utf8()) } else { (c, 1) };
        std::iter::repeat_n(c, times)
    });
    Cow::Owned(masked.collect())
}

/// From the body of the first private key on this line to the line's end.
fn key_in(line: &str) -> Option<Range<usize>> {
    let begins = line.match_indices(BEGIN).map(|(at, begin)| at + begin.len());
    let body = begins.filter_map(|kind| body_after(line, kind)).next()?;
    Some(body..line.len())
}

/// Whether a private key has begun in this text, and not ended.
fn within_key(before: &str) -> bool {
    let Some(begin) = before.rfind(BEGIN) else { return false };
    let body = body_after(before, begin + BEGIN.len());
    body.is_some_and(|body| !before[body..].contains(END))
}

fn body_after(text: &str, kind: usize) -> Option<usize> {
    let at = text[kind..].find(KEY).filter(|at| *at <= LONGEST_KIND)?;
    Some(kind + at + KEY.len())
}

/// The values of keys that are called like a secret.
fn values(line: &str) -> impl Iterator<Item = Range<usize>> {
    let equals = line.match_indices('=').map(|(at, _)| at);
    equals.filter(|at| is_secret_name(&line[..*at])).map(|at| value_after(line, at + 1))
}

fn is_secret_name(before: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let name = before.trim_end().trim_end_matches(['"', '\'']);
    let from = name.rfind(|c| !is_part(c)).map_or(0, |at| at + 1);
    let name = name.get(from..).unwrap_or(name).to_ascii_lowercase();
    WORDS.iter().any(|word| name.contains(word)) && !name.ends_with("file")
}

/// What stands between quotes, or up to a comma, a bracket or the line's end.
fn value_after(line: &str, at: usize) -> Range<usize> {
    let start = line.len() - line[at..].trim_start().len();
    let value = &line[start..];
    let end = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => closing(value, quote).map_or(line.len(), |at| start + at),
        _ => value.find([',', '}', ']']).map_or(line.len(), |at| start + at),
    };
    start..end
}

/// Where the quoted text ends that `value` begins with; `None` for one over many
/// lines, of which the first is all that is drawn.
fn closing(value: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    let closes = |(_, c): &(usize, char)| {
        let closes = *c == quote && !escaped;
        escaped = *c == '\\' && quote == '"' && !escaped;
        closes
    };
    let many = value.chars().take(3).filter(|c| *c == quote).count() == 3;
    let closing = value.char_indices().skip(1).find(closes).map(|(at, _)| at);
    closing.filter(|_| !many)
}

#[cfg(test)]
mod tests;

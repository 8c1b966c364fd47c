//! Certificate rules against the names in a certificate.
//!
//! All keys that a rule sets must match (AND), of one key's patterns one must
//! (OR), and one rule is enough (OR). A rule that sets no key matches nobody.
//! Matching proves nothing by itself: the chain must have been verified first.

use std::fmt::Write;

use super::names::Spelling;
use super::patterns;
use super::peer::CertificateNames;
use super::verdict::Verdict;
use crate::config::CertRule;

/// How many alternative names a refusal's sentence lists.
const NAMES_IN_SENTENCE: usize = 8;

/// Whether one of the rules is met. A refusal says who it was.
pub fn admits(rules: &[CertRule], names: &CertificateNames) -> Verdict {
    if rules.iter().any(|rule| meets(rule, names)) {
        return Verdict::Admitted;
    }
    let which = match rules.len() {
        0 => "there is no rule that could let it in".to_owned(),
        1 => "the one rule does not match".to_owned(),
        n => format!("none of the {n} rules matches"),
    };
    Verdict::Refused(format!("{}: {which}", describe(names)))
}

fn meets(rule: &CertRule, names: &CertificateNames) -> bool {
    let keys = [
        key(&rule.cn, &names.cn, |p, n| patterns::text(p, n)),
        key(&rule.ou, &names.ou, |p, n| patterns::text(p, n)),
        key(&rule.dns, &names.dns, |p, n| patterns::dns(p, n)),
        key(&rule.uri, &names.uri, |p, n| patterns::uri(p, n)),
        key(&rule.ip, &names.ip, |network, ip| network.contains(ip)),
        key(&rule.email, &names.email, |p, n| patterns::email(p, n)),
        key(&rule.spki, &[names.spki], |pin, spki| pin.0 == *spki),
    ];
    let mut set = keys.into_iter().flatten().peekable();
    set.peek().is_some() && set.all(|met| met)
}

/// `None` where the rule does not ask for this key.
fn key<P, N>(patterns: &[P], names: &[N], meets: impl Fn(&P, &N) -> bool) -> Option<bool> {
    if patterns.is_empty() {
        return None;
    }
    Some(patterns.iter().any(|pattern| names.iter().any(|name| meets(pattern, name))))
}

/// A certificate in one line for the log: subject, alternative names, serial.
/// Bounded in length; control characters are escaped.
pub fn describe(names: &CertificateNames) -> String {
    let subject = if names.subject.is_empty() { "(no subject)" } else { &names.subject };
    let mut line = clip(subject, 256);
    line.push_str(" (");
    let alt = names.spelled(Spelling::Space);
    for name in alt.iter().take(NAMES_IN_SENTENCE) {
        line.push_str(&clip(name, 128));
        line.push_str(", ");
    }
    if alt.len() > NAMES_IN_SENTENCE {
        let _ = write!(line, "{} more names, ", alt.len() - NAMES_IN_SENTENCE);
    }
    let _ = write!(line, "serial {})", names.serial);
    line
}

fn clip(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;

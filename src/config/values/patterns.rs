//! Patterns for the names in certificates; matching lives in `access`. A star
//! that could never match anything is a mistake, not a rule that keeps quiet.

use super::described;
use crate::config::read::{Read, read_text};
use crate::config::report::{Fault, Report};
use crate::config::tree::Node;

/// Longer than any name in a certificate that works.
const LONGEST: usize = 2048;

/// A pattern for a common name or organizational unit.
#[derive(Debug, Clone)]
pub(crate) struct NamePattern(pub(crate) String);

/// A pattern for a DNS name.
#[derive(Debug, Clone)]
pub(crate) struct DnsPattern(pub(crate) String);

/// A pattern for a URI.
#[derive(Debug, Clone)]
pub(crate) struct UriPattern(pub(crate) String);

/// A pattern for a mail address.
#[derive(Debug, Clone)]
pub(crate) struct EmailPattern(pub(crate) String);

fn sane(text: &str) -> Result<(), Fault> {
    if text.is_empty() || text.len() > LONGEST || text.chars().any(char::is_control) {
        return Err(Fault::new("no pattern that a name could match")
            .expected("1 to 2048 characters, no control characters"));
    }
    Ok(())
}

fn name(text: &str) -> Result<NamePattern, Fault> {
    sane(text)?;
    if text.contains("**") {
        return Err(Fault::new("`**` is for URIs").expected("`*` for one part between dots"));
    }
    // It would be met by nobody, and be noticed when the first client comes.
    if text.split('.').any(|part| part.contains('*') && part != "*") {
        return Err(Fault::new("`*` stands for one whole part between dots")
            .expected("`*` alone between its dots, as in \"*.example.com\"")
            .hint("list the names, or ask for something else that they have in common"));
    }
    Ok(NamePattern(text.to_owned()))
}

fn dns(text: &str) -> Result<DnsPattern, Fault> {
    sane(text)?;
    if text.split('.').any(|part| part.contains('*') && part != "*") {
        return Err(Fault::new("`*` stands for one whole label")
            .expected("`*` alone between its dots, as in \"*.example.com\""));
    }
    let label = |label: &str| {
        label == "*"
            || (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    if text.len() > 253 || !text.split('.').all(label) {
        let hint = (!text.is_ascii()).then(|| "write its ASCII form, `xn--...`".to_owned());
        return Err(Fault::new("no DNS name")
            .expected("a name such as \"gw.example.com\" or \"*.example.com\"")
            .maybe_hint(hint));
    }
    Ok(DnsPattern(text.to_owned()))
}

fn uri(text: &str) -> Result<UriPattern, Fault> {
    sane(text)?;
    let expected = "a URI such as \"spiffe://example.com/ns/*/sa/web\"";
    let Some((scheme, rest)) = text.split_once(':') else {
        return Err(Fault::new("no URI").expected(expected));
    };
    let good_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    if !good_scheme {
        return Err(Fault::new("no URI's scheme").expected(expected));
    }
    let (authority, path) = match rest.strip_prefix("//") {
        Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
        None => ("", rest),
    };
    let bad_segment = |part: &str| part.contains('*') && part != "*" && part != "**";
    if authority.contains('*') || path.split('/').any(bad_segment) {
        return Err(Fault::new("`*` stands for one whole segment of the path")
            .expected("`*` for one segment, `**` for any number, none in the host"));
    }
    Ok(UriPattern(text.to_owned()))
}

fn email(text: &str) -> Result<EmailPattern, Fault> {
    sane(text)?;
    let good = text.rsplit_once('@').is_some_and(|(mailbox, host)| {
        !host.is_empty()
            && !host.contains('*')
            && !mailbox.is_empty()
            && (mailbox == "*" || !mailbox.contains('*'))
    });
    if good {
        return Ok(EmailPattern(text.to_owned()));
    }
    Err(Fault::new("no mail address").expected("\"ops@example.com\", or \"*@example.com\""))
}

impl Read for NamePattern {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        read_text(node, report, "a name", name)
    }
}

impl Read for DnsPattern {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        read_text(node, report, "a DNS name", dns)
    }
}

impl Read for UriPattern {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        read_text(node, report, "a URI", uri)
    }
}

impl Read for EmailPattern {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        read_text(node, report, "a mail address", email)
    }
}

described!(NamePattern, "NamePattern", { "type": "string", "minLength": 1 });
described!(DnsPattern, "DnsPattern", {
    "type": "string", "minLength": 1, "examples": ["gw.example.com", "*.branch.example.com"],
});
described!(UriPattern, "UriPattern", {
    "type": "string", "pattern": "^[^:*]+:", "examples": ["spiffe://example.com/ns/*/sa/web"],
});
described!(EmailPattern, "EmailPattern", {
    "type": "string", "pattern": "@", "examples": ["ops@example.com", "*@example.com"],
});

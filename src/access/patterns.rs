//! The patterns of certificate rules, one function for each kind of name.
//!
//! A `*` stands for something only where this file says so; everywhere else it
//! is itself and so matches nothing that a sane certificate holds. What a
//! wildcard swallows must be plain: a name with a NUL, a control character, a
//! percent escape or a `..` in that place is no match.

/// A DNS name: labels compared without regard to ASCII case; a label that is
/// `*` stands for exactly one label of letters, digits, `-` and `_`. A
/// certificate's own `*.example.com` is therefore not met by the pattern
/// `*.example.com`: it names nobody in particular.
pub(super) fn dns(pattern: &str, name: &str) -> bool {
    let mut patterns = pattern.split('.');
    let mut labels = name.split('.');
    loop {
        match (patterns.next(), labels.next()) {
            (None, None) => return true,
            (Some("*"), Some(label)) if is_plain_label(label) => {}
            (Some(wanted), Some(label))
                if wanted != "*" && !label.is_empty() && wanted.eq_ignore_ascii_case(label) => {}
            _ => return false,
        }
    }
}

fn is_plain_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// A common name or an organizational unit: exact, with regard to case; a part
/// between dots that is `*` stands for one part of one or more characters
/// other than `/` and controls.
pub(super) fn text(pattern: &str, name: &str) -> bool {
    let mut patterns = pattern.split('.');
    let mut parts = name.split('.');
    loop {
        match (patterns.next(), parts.next()) {
            (None, None) => return true,
            (Some("*"), Some(part)) if is_plain_text(part) => {}
            (Some(wanted), Some(part)) if wanted != "*" && wanted == part => {}
            _ => return false,
        }
    }
}

fn is_plain_text(part: &str) -> bool {
    !part.is_empty() && part.chars().all(|c| !c.is_control() && c != '/')
}

/// An e-mail address: the mailbox exact or `*` for any one, the domain exact
/// but for ASCII case.
pub(super) fn email(pattern: &str, address: &str) -> bool {
    let (Some((wanted, wanted_domain)), Some((mailbox, domain))) =
        (pattern.rsplit_once('@'), address.rsplit_once('@'))
    else {
        return false;
    };
    let met = match wanted {
        "*" => !mailbox.is_empty() && mailbox.bytes().all(|b| b.is_ascii_graphic() && b != b'@'),
        exact => exact == mailbox,
    };
    met && !domain.is_empty() && wanted_domain.eq_ignore_ascii_case(domain)
}

/// A URI: scheme and authority exact but for ASCII case (userinfo with it);
/// in the path `*` is one segment and `**` any number, none included. A
/// segment that a wildcard takes holds no `%`, `?`, `#`, `\` or control
/// character and is neither empty nor `.` or `..`; so no encoding of a slash
/// or a step upwards gets through. Without a wildcard the whole must be equal.
pub(super) fn uri(pattern: &str, name: &str) -> bool {
    let (Some(wanted), Some(uri)) = (Uri::split(pattern), Uri::split(name)) else {
        return false;
    };
    wanted.scheme.eq_ignore_ascii_case(uri.scheme)
        && same_authority(wanted.authority, uri.authority)
        && path(&segments(wanted.path), &segments(uri.path))
}

struct Uri<'a> {
    scheme: &'a str,
    authority: Option<&'a str>,
    /// With the query and fragment, if any: they are part of the last segment.
    path: &'a str,
}

impl<'a> Uri<'a> {
    fn split(text: &'a str) -> Option<Self> {
        let (scheme, rest) = text.split_once(':')?;
        let scheme_bytes = scheme.as_bytes();
        if !scheme_bytes.first().is_some_and(u8::is_ascii_alphabetic)
            || !scheme_bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(b))
        {
            return None;
        }
        let Some(rest) = rest.strip_prefix("//") else {
            return Some(Self { scheme, authority: None, path: rest });
        };
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        Some(Self { scheme, authority: Some(authority), path })
    }
}

fn same_authority(wanted: Option<&str>, shown: Option<&str>) -> bool {
    match (wanted, shown) {
        (None, None) => true,
        (Some(wanted), Some(shown)) => {
            let (wanted_user, wanted_host) = split_userinfo(wanted);
            let (user, host) = split_userinfo(shown);
            wanted_user == user && wanted_host.eq_ignore_ascii_case(host)
        }
        _ => false,
    }
}

fn split_userinfo(authority: &str) -> (Option<&str>, &str) {
    match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    }
}

/// `""` has no segment, `"/a/b"` two after an empty one that roots it.
fn segments(path: &str) -> Vec<&str> {
    if path.is_empty() { Vec::new() } else { path.split('/').collect() }
}

/// Wildcard matching that goes back to the last `**` only: the work is at most
/// the product of both lengths.
fn path(pattern: &[&str], segments: &[&str]) -> bool {
    let (mut p, mut s) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while s < segments.len() {
        if pattern.get(p) == Some(&"**") {
            retry = Some((p, s));
            p += 1;
        } else if pattern.get(p).is_some_and(|wanted| segment(wanted, segments[s])) {
            p += 1;
            s += 1;
        } else {
            match retry {
                Some((star, from)) if is_plain_segment(segments[from]) => {
                    retry = Some((star, from + 1));
                    p = star + 1;
                    s = from + 1;
                }
                _ => return false,
            }
        }
    }
    // An empty path is a rooted one without segments: `x://a/**` takes `x://a`.
    let rest = &pattern[p..];
    rest.iter().all(|wanted| *wanted == "**") || (segments.is_empty() && rest == ["", "**"])
}

fn segment(wanted: &str, shown: &str) -> bool {
    match wanted {
        "*" => is_plain_segment(shown),
        exact => exact == shown,
    }
}

fn is_plain_segment(segment: &str) -> bool {
    !matches!(segment, "" | "." | "..")
        && segment.bytes().all(|b| b.is_ascii_graphic() && !b"%?#\\".contains(&b))
}

#[cfg(test)]
mod tests;

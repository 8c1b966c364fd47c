//! The names that go into a certificate, checked before anything is signed.

use std::net::IpAddr;

use anyhow::Context;
use rcgen::string::Ia5String;
use rcgen::{SanType, SerialNumber};

use super::args::Issue;
use super::usage;

/// X.520's upper bound of a common name, in characters.
const MAX_COMMON_NAME: usize = 64;

/// The alternative names that were asked for; without any, the name itself
/// where it can be one.
pub(super) fn alternative(args: &Issue) -> anyhow::Result<Vec<SanType>> {
    let mut names = Vec::new();
    for dns in &args.dns {
        names.push(SanType::DnsName(host(dns)?));
    }
    names.extend(args.ip.iter().copied().map(SanType::IpAddress));
    for uri in &args.uri {
        names.push(SanType::URI(checked_uri(uri)?));
    }
    for email in &args.email {
        names.push(SanType::Rfc822Name(checked_email(email)?));
    }
    if names.is_empty() {
        if let Ok(ip) = args.name.parse::<IpAddr>() {
            names.push(SanType::IpAddress(ip));
        } else if is_host(&args.name) {
            names.push(SanType::DnsName(ia5(&args.name)?));
        }
    }
    Ok(names)
}

/// As the index and `show` write an alternative name.
pub(super) fn written(name: &SanType) -> String {
    match name {
        SanType::DnsName(name) => format!("dns:{}", name.as_str()),
        SanType::URI(name) => format!("uri:{}", name.as_str()),
        SanType::Rfc822Name(name) => format!("email:{}", name.as_str()),
        SanType::IpAddress(ip) => format!("ip:{ip}"),
        other => format!("{other:?}"),
    }
}

/// A name for certificate and files alike: no path, no hidden file, no option.
pub(super) fn check_file_name(name: &str) -> anyhow::Result<()> {
    check_common_name(name)?;
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "._-@:".contains(c));
    if !plain || name.starts_with(['.', '-']) {
        return Err(usage(format!(
            "`{}` cannot be a file's name; use letters, digits and `._-@:`, and put wildcards in --dns",
            name.escape_debug()
        )));
    }
    if ["ca", "index"].iter().any(|taken| name.eq_ignore_ascii_case(taken)) {
        return Err(usage(format!("the files of `{name}` belong to the authority itself")));
    }
    Ok(())
}

/// What a subject may say: something, printable, of at most 64 characters.
pub(super) fn check_common_name(name: &str) -> anyhow::Result<()> {
    let length = name.chars().count();
    if length == 0 || length > MAX_COMMON_NAME || name.chars().any(char::is_control) {
        return Err(usage(format!(
            "`{}` cannot be a common name: 1 to {MAX_COMMON_NAME} printable characters",
            name.escape_debug()
        )));
    }
    Ok(())
}

fn host(name: &str) -> anyhow::Result<Ia5String> {
    if name.parse::<IpAddr>().is_ok() {
        return Err(usage(format!("`{name}` is an address and no host name; use --ip {name}")));
    }
    if !is_host(name.strip_prefix("*.").unwrap_or(name)) {
        return Err(usage(format!(
            "`{}` is no host name; a name such as gw.example.com or *.example.com is wanted",
            name.escape_debug()
        )));
    }
    ia5(name)
}

/// RFC 1123, 2.1: labels of letters, digits and inner hyphens.
fn is_host(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= 253 && name.split('.').all(is_label)
}

fn checked_uri(uri: &str) -> anyhow::Result<Ia5String> {
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    };
    let good = uri.bytes().all(|b| b.is_ascii_graphic())
        && uri.split_once(':').is_some_and(|(scheme, rest)| is_scheme(scheme) && !rest.is_empty());
    if good { ia5(uri) } else { Err(usage(format!("`{}` is no URI", uri.escape_debug()))) }
}

fn checked_email(email: &str) -> anyhow::Result<Ia5String> {
    let good = email.bytes().all(|b| b.is_ascii_graphic())
        && email
            .split_once('@')
            .is_some_and(|(mailbox, domain)| !mailbox.is_empty() && is_host(domain));
    if good {
        ia5(email)
    } else {
        Err(usage(format!("`{}` is no e-mail address", email.escape_debug())))
    }
}

fn ia5(text: &str) -> anyhow::Result<Ia5String> {
    Ia5String::try_from(text).with_context(|| format!("`{text}` is not plain ASCII"))
}

/// A serial number from upper- or lower-case hex, colons allowed between pairs.
pub(super) fn serial_from_hex(text: &str) -> Option<SerialNumber> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|c| *c != ':')
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    if digits.is_empty() || digits.len() > 40 || !digits.len().is_multiple_of(2) {
        return None;
    }
    let bytes: Vec<u8> = digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    Some(SerialNumber::from(bytes))
}

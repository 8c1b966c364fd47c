//! `HOST:PORT`, IPv6 in brackets.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::config::model::HostPort;
use crate::config::report::Fault;

/// Reads what stands after `tcp:` or `tls:` (the prefix is for the hints).
pub(crate) fn parse_host_port(text: &str, prefix: &str) -> Result<HostPort, Fault> {
    let expected = format!("`{prefix}HOST:PORT`, IPv6 addresses in brackets");
    if let Some(bare) = text.strip_prefix("//") {
        return Err(Fault::new("slashes after the scheme")
            .expected(expected)
            .hint(format!("write `{prefix}{}`", bare.trim_end_matches('/'))));
    }
    let Some((host, port, port_at)) = split(text) else {
        return Err(missing_port(text, prefix).expected(expected));
    };
    check_host(text, host, port, prefix).map_err(|fault| fault.expected(expected))?;
    let Some(number) = parse_port(port) else {
        let start = prefix.len() + port_at;
        return Err(no_port(port).part(start..start + port.len()));
    };
    Ok(HostPort { host: host.to_owned(), port: number })
}

fn check_host(text: &str, host: &str, port: &str, prefix: &str) -> Result<(), Fault> {
    let bracketed = text.starts_with('[');
    if host.is_empty() || host == "*" {
        let hint = format!(
            "to listen on all addresses write `{prefix}0.0.0.0:{port}`, or `{prefix}[::]:{port}`"
        );
        return Err(Fault::new("no host").hint(hint));
    }
    if host.contains(':') && !bracketed {
        let hint = format!("write `{prefix}[{text}]:PORT`, or `{prefix}[{host}]:{port}`");
        return Err(Fault::new("an IPv6 address without brackets").hint(hint));
    }
    let good = if bracketed { is_ipv6(host) } else { is_host(host) };
    if !good {
        let start = prefix.len() + usize::from(bracketed);
        return Err(Fault::new("no host").part(start..start + host.len()));
    }
    Ok(())
}

fn no_port(port: &str) -> Fault {
    let fault = Fault::new("no port").expected("a number from 0 to 65535");
    if port.contains(',') {
        return fault.hint("in a file, options go into a table: { address = \"...\", key = ... }");
    }
    fault
}

fn split(text: &str) -> Option<(&str, &str, usize)> {
    if let Some(inner) = text.strip_prefix('[') {
        let (host, rest) = inner.split_once(']')?;
        let port = rest.strip_prefix(':')?;
        return Some((host, port, text.len() - port.len()));
    }
    let (host, port) = text.rsplit_once(':')?;
    Some((host, port, text.len() - port.len()))
}

fn missing_port(text: &str, prefix: &str) -> Fault {
    let fault = Fault::new("the port is missing");
    if text.parse::<u16>().is_ok() {
        return fault.hint(format!("write `{prefix}127.0.0.1:{text}` for this machine only"));
    }
    fault
}

/// Digits only: `parse` would take a sign too.
fn parse_port(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn is_ipv6(host: &str) -> bool {
    let (address, scope) = host.split_once('%').unwrap_or((host, "1"));
    let good_scope = !scope.is_empty()
        && scope.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    good_scope && address.parse::<Ipv6Addr>().is_ok()
}

/// Whether a text is an IPv4 address or could be a host's name. What ends in a
/// number is an address or nothing, as in the URL standard: a mistyped
/// `10.0.0.256` must not be asked of a name server.
pub(crate) fn is_host(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !label.starts_with('-')
    };
    let name = text.strip_suffix('.').unwrap_or(text);
    let numeric = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    text.parse::<Ipv4Addr>().is_ok()
        || (name.len() <= 253
            && name.split('.').all(label)
            && !name.rsplit('.').next().is_some_and(numeric))
}

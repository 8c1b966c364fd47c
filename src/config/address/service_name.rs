//! The name of a service in DNS: RFC 2782, `_service._proto.domain`.

use super::is_host;
use crate::config::model::ServiceName;
use crate::config::report::Fault;

/// Reads what stands after `srv:`. Names without underscores are taken too:
/// Consul and others answer SRV questions about them.
pub(super) fn parse_service_name(text: &str) -> Result<ServiceName, Fault> {
    let expected = "`srv:_SERVICE._tcp.DOMAIN`, such as `srv:_orders._tcp.example.com`";
    if text.contains(':') {
        let fault = Fault::new("a port after the name of a service").expected(expected);
        return Err(fault.hint("the port comes with the answer; leave it out"));
    }
    let name = text.strip_suffix('.').unwrap_or(text);
    let domain = domain_of(name);
    if domain.is_empty() || !domain.contains(|c: char| c.is_ascii_alphabetic()) || !is_host(name) {
        return Err(Fault::new("no name of a service").expected(expected));
    }
    if let Some(proto) = name.split('.').nth(1).filter(|_| name.starts_with('_'))
        && proto.starts_with('_')
        && !proto.eq_ignore_ascii_case("_tcp")
    {
        let start = "srv:".len() + name.find('.').map_or(0, |dot| dot + 1);
        let fault = Fault::new(format!("a service over `{proto}`")).expected("`_tcp`");
        return Err(fault.part(start..start + proto.len()));
    }
    Ok(ServiceName { name: name.to_owned(), domain: domain.to_owned() })
}

/// What is left without the labels that name the service.
fn domain_of(name: &str) -> &str {
    let mut rest = name;
    while rest.starts_with('_') {
        rest = rest.split_once('.').map_or("", |(_, rest)| rest);
    }
    rest
}

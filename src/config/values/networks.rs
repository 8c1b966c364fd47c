//! Networks: `10.0.0.0/8`, `fd00::/8`, or one address.

use std::net::IpAddr;

use ipnet::IpNet;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::config::read::{Read, read_text};
use crate::config::report::{Fault, Report};
use crate::config::tree::Node;

const EXPECTED: &str = "an address or a network, such as \"10.0.0.0/8\" or \"fd00::/8\"";

/// An address, or all addresses with the same beginning.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Network(pub(crate) IpNet);

fn parse(text: &str) -> Result<Network, Fault> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(Network(IpNet::from(address)));
    }
    let network: IpNet =
        text.parse().map_err(|_| Fault::new("no address or network").expected(EXPECTED))?;
    // With bits beyond the prefix it is unclear whether one host or all are meant.
    if network.addr() != network.network() {
        return Err(Fault::new("the address has bits beyond the prefix").expected(EXPECTED).hint(
            format!("write \"{}\" for all, \"{}\" for one", network.trunc(), network.addr()),
        ));
    }
    Ok(Network(network))
}

impl Read for Network {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        read_text(node, report, EXPECTED, parse)
    }
}

impl JsonSchema for Network {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Network".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[0-9a-fA-F:.]+(/[0-9]{1,3})?$",
            "examples": ["10.0.0.0/8", "192.0.2.7", "fd00::/8"],
        })
    }
}

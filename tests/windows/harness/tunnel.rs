//! Two gateways with mutual TLS between them, each on a Windows machine or on
//! this Linux.

use super::linux::tunnel::Tunnel;
use super::{Gateway, Machine, Site};

/// Where a gateway runs.
#[derive(Clone, Copy)]
pub enum Side<'a> {
    Windows(&'a Machine),
    Linux,
}

impl Side<'_> {
    fn start(self, site: &Site, file: &str, config: String) -> Gateway {
        match self {
            Self::Windows(machine) => machine.gateway(site, file, &config),
            Self::Linux => Gateway::start_as(site, file, config),
        }
    }
}

/// `near` and `far` say where each gateway runs, and its outer end as it
/// stands in the configuration: the value of `listen` or `connect`.
pub fn tunnel(site: &Site, mode: &str, near: (Side<'_>, &str), far: (Side<'_>, &str)) -> Tunnel {
    let identities = site.identity("near") + &site.identity("far");
    let far = far.0.start(
        site,
        "far.toml",
        format!(
            "{identities}[bridge.far]\nmode = \"{mode}\"\nconnect = {}\n\
             listen = {{ address = \"tls:127.0.0.1:0\", identity = \"far\", \
             allow = [{{ cn = \"near\" }}] }}\n",
            far.1
        ),
    );
    let near = near.0.start(
        site,
        "near.toml",
        format!(
            "{identities}[bridge.near]\nmode = \"{mode}\"\nlisten = {}\n\
             connect = {{ address = \"tls:localhost:{}\", identity = \"near\", \
             verify = [{{ cn = \"far\" }}] }}\n",
            near.1,
            far.at("far").port()
        ),
    );
    Tunnel { near, far }
}

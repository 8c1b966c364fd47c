//! Two gateways with mutual TLS between them, as a site has them: a near one
//! where the clients are, a far one in front of the service.

use super::{Gateway, Site};

pub struct Tunnel {
    pub near: Gateway,
    pub far: Gateway,
}

impl Tunnel {
    pub fn start(site: &Site, mode: &str, near_listen: &str, far_connect: &str) -> Self {
        let near = site.identity("near");
        let identities = near + &site.identity("far");
        let far = Gateway::start_as(
            site,
            "far.toml",
            format!(
                "{identities}[bridge.far]\nmode = \"{mode}\"\nconnect = \"{far_connect}\"\n\
                 listen = {{ address = \"tls:127.0.0.1:0\", identity = \"far\", \
                 allow = [{{ cn = \"near\" }}] }}\n"
            ),
        );
        let near = Gateway::start_as(
            site,
            "near.toml",
            format!(
                "{identities}[bridge.near]\nmode = \"{mode}\"\nlisten = \"{near_listen}\"\n\
                 connect = {{ address = \"tls:localhost:{}\", identity = \"near\", \
                 verify = [{{ cn = \"far\" }}] }}\n",
                far.at("far").port()
            ),
        );
        Self { near, far }
    }

    /// Every connection so far ended well on both sides, and there were some.
    pub fn all_done(&self, at_least: usize) {
        for gateway in [&self.near, &self.far] {
            let records = gateway.wait_records(at_least);
            for record in records {
                assert_eq!(record.outcome, "done", "{record:?}");
            }
        }
    }
}

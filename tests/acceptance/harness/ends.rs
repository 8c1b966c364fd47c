//! Every kind of end, listening and dialling, for scenes that try them all.

use super::authority::Leaf;
use super::packet::Packets;
use super::{Duplex, Framing, Gateway, Messages, Site, Target, tls};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Pipe,
    Unix,
    Abstract,
    Packet,
    Tcp,
    Tls,
}

impl Kind {
    /// The value of `listen`.
    pub fn listen(self, site: &Site, framing: Option<Framing>) -> String {
        let address = match self {
            Self::Pipe => "pipe:near".to_owned(),
            Self::Unix | Self::Packet => format!("unix:{}", site.at("near.sock")),
            Self::Abstract => format!("unix:@{}", abstract_name(site, "near")),
            Self::Tcp => "tcp:127.0.0.1:0".to_owned(),
            Self::Tls => "tls:127.0.0.1:0".to_owned(),
        };
        let more = if self == Self::Tls { ", identity = \"gateway\", allow = \"any\"" } else { "" };
        format!("{{ address = \"{address}\"{}{more} }}", self.framing_key(framing))
    }

    /// The target, and the value of `connect` that reaches it.
    pub fn target(self, site: &Site, framing: Option<Framing>) -> (Target, String) {
        let target = match self {
            Self::Pipe => Target::unix(site, "pipe-far.sock"),
            Self::Unix => Target::unix(site, "far.sock"),
            Self::Packet => Target::packet(site, "far.sock"),
            Self::Tcp => Target::tcp(),
            Self::Tls => Target::tls(site),
            Self::Abstract => panic!("dialled in a scene of its own"),
        };
        let address = if self == Self::Pipe { "pipe:far" } else { target.address.as_str() };
        let more = if self == Self::Tls { ", identity = \"gateway\"" } else { "" };
        let connect = format!("{{ address = \"{address}\"{}{more} }}", self.framing_key(framing));
        (target, connect)
    }

    fn framing_key(self, framing: Option<Framing>) -> String {
        match framing {
            Some(_) if self == Self::Packet => ", framing = \"packet\"".to_owned(),
            Some(framing) => format!(", framing = \"{}\"", framing.word()),
            None => String::new(),
        }
    }

    /// A client of the bridge `one`.
    pub fn client(self, site: &Site, gateway: &Gateway) -> Duplex {
        match self {
            Self::Pipe => Duplex::unix(site.path("pipe-near.sock")),
            Self::Unix => Duplex::unix(site.path("near.sock")),
            Self::Abstract => {
                use std::os::linux::net::SocketAddrExt;
                use std::os::unix::net::{SocketAddr, UnixStream};
                let name = abstract_name(site, "near");
                let address = SocketAddr::from_abstract_name(name).unwrap();
                Duplex::Unix(UnixStream::connect_addr(&address).unwrap()).patient()
            }
            Self::Tcp => gateway.tcp("one"),
            Self::Tls => {
                let issued = site.leaf("client", Leaf::localhost("client"));
                let config = tls::client_config(site, Some(&issued));
                tls::dial(gateway.at("one"), config).unwrap()
            }
            Self::Packet => panic!("packets are messages: message_client"),
        }
    }

    pub fn message_client(self, site: &Site, gateway: &Gateway, framing: Framing) -> Messages {
        if self == Self::Packet {
            return Messages::Packets(Packets::dial(site.path("near.sock")));
        }
        Messages::Framed(self.client(site, gateway), framing)
    }
}

pub fn abstract_name(site: &Site, name: &str) -> String {
    format!("{}-{name}", site.root().file_name().unwrap().to_str().unwrap())
}

/// The top of a configuration: where pipes are, and the gateway's identity.
pub fn preamble(site: &Site) -> String {
    let pipes = site.at("pipe-{name}.sock");
    format!("pipe_path = \"{pipes}\"\n{}", site.identity("gateway"))
}

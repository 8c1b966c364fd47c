//! A service manager's socket, as sd_notify(3) describes it: what the daemon
//! tells it, datagram by datagram.

use std::collections::BTreeMap;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::process::Command;
use std::time::{Duration, Instant};

use super::{PATIENCE, Site};

pub struct Manager {
    socket: UnixDatagram,
    address: String,
}

/// One datagram: its assignments.
pub type Told = BTreeMap<String, String>;

impl Manager {
    pub fn at_path(site: &Site) -> Self {
        let address = site.at("notify");
        Self { socket: UnixDatagram::bind(&address).unwrap(), address }
    }

    pub fn abstract_name(site: &Site) -> Self {
        let name = site.at("notify");
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let socket = UnixDatagram::bind_addr(&address).unwrap();
        Self { socket, address: format!("@{name}") }
    }

    /// A daemon that knows of this manager.
    pub fn starts(&self, site: &Site, config: &str) -> Command {
        let path = site.write("pipeferry.toml", config);
        let mut command = super::pipeferry(&["run", "--config"]);
        command.arg(path).env("NOTIFY_SOCKET", &self.address);
        command
    }

    /// The next datagram.
    #[track_caller]
    pub fn next(&self) -> Told {
        self.within(PATIENCE).unwrap_or_else(|| panic!("nothing was told for {PATIENCE:?}"))
    }

    /// The next datagram with this key; what came before it is dropped.
    #[track_caller]
    pub fn until(&self, key: &str) -> Told {
        let started = Instant::now();
        loop {
            let told = self.next();
            if told.contains_key(key) {
                return told;
            }
            assert!(started.elapsed() < PATIENCE, "waited {PATIENCE:?} for {key}");
        }
    }

    /// The next status that has this in it.
    #[track_caller]
    pub fn until_status(&self, part: &str) -> Told {
        let started = Instant::now();
        loop {
            let told = self.until("STATUS");
            if told["STATUS"].contains(part) {
                return told;
            }
            assert!(started.elapsed() < PATIENCE, "waited {PATIENCE:?} for `{part}`: {told:?}");
        }
    }

    /// All that was sent and not read yet.
    pub fn rest(&self) -> Vec<Told> {
        std::iter::from_fn(|| self.within(Duration::from_millis(1))).collect()
    }

    fn within(&self, time: Duration) -> Option<Told> {
        self.socket.set_read_timeout(Some(time)).unwrap();
        let mut bytes = [0; 4096];
        let length = self.socket.recv(&mut bytes).ok()?;
        let text = std::str::from_utf8(&bytes[..length]).unwrap();
        let pairs = text.lines().map(|line| line.split_once('=').unwrap_or((line, "")));
        Some(pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
    }
}

//! HAProxy, the other party of the PROXY protocol.

use std::net::{SocketAddr, TcpListener};
use std::os::fd::AsRawFd;

use super::Site;
use super::program::{Program, piped};

/// HAProxy with one `proxy` section that listens on a port of its own; its
/// place is an inherited socket, since it cannot say which port it was given.
pub fn start(site: &Site, section: impl Fn(&str) -> String) -> (Program, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    rustix::io::fcntl_setfd(&listener, rustix::io::FdFlags::empty()).unwrap();
    let address = listener.local_addr().unwrap();
    let config = format!(
        "defaults\n timeout connect 5s\n timeout client 30s\n timeout server 30s\n{}\n",
        section(&format!("fd@{}", listener.as_raw_fd()))
    );
    let path = site.write("haproxy.cfg", config);
    let mut command = piped(program());
    command.arg("-db").arg("-f").arg(path);
    (Program::start(&mut command), address)
}

/// Debian keeps it out of a plain user's PATH.
fn program() -> &'static str {
    if std::path::Path::new("/usr/sbin/haproxy").exists() { "/usr/sbin/haproxy" } else { "haproxy" }
}

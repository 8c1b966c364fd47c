//! systemd's own systemd-socket-activate: it opens sockets, waits for the first
//! client, and then becomes the daemon, which finds them handed over.

use std::os::fd::BorrowedFd;
use std::process::{Command, Stdio};

use super::gateway::completed;
use super::{Gateway, Site};

/// Where a socket is opened, and under which name it is handed over.
pub struct Socket<'a> {
    pub at: &'a str,
    pub name: &'a str,
}

/// `kind` is one of the program's options, such as `--seqpacket`, or nothing.
pub fn command(site: &Site, kind: &[&str], sockets: &[Socket<'_>], config: &str) -> Command {
    let path = site.write("pipeferry.toml", config);
    let mut command = Command::new("systemd-socket-activate");
    command.args(kind);
    for socket in sockets {
        command.arg("--listen").arg(socket.at);
    }
    let names: Vec<_> = sockets.iter().map(|socket| socket.name).collect();
    command.arg("--fdname").arg(names.join(":"));
    command.arg(env!("CARGO_BIN_EXE_pipeferry")).arg("run").arg("--config").arg(path);
    command
}

/// The daemon starts when the first client is there: `client` is called once
/// the sockets are open, and again until it gives something.
pub fn start<T>(
    site: &Site,
    kind: &[&str],
    sockets: &[Socket<'_>],
    config: &str,
    client: impl FnMut() -> Option<T> + Send,
) -> (Gateway, T)
where
    T: Send,
{
    let config = completed(config);
    let command = command(site, kind, sockets, &config);
    std::thread::scope(|scope| {
        let mut client = client;
        let client = scope.spawn(move || super::eventually("a socket to be open", &mut client));
        let gateway = Gateway::spawn(command, &config);
        (gateway, client.join().unwrap())
    })
}

/// The daemon with sockets that the scene holds, as systemd holds them: at most
/// two. They stay open here when it ends.
pub fn handing(site: &Site, sockets: &[(&str, BorrowedFd<'_>)], config: &str) -> Command {
    let path = site.write("pipeferry.toml", config);
    let mut command = Command::new("sh");
    let numbers = ["3<&0", "4<&1"][..sockets.len()].join(" ");
    let script = format!("LISTEN_PID=$$ exec \"$@\" {numbers} 0</dev/null 1>/dev/null");
    command.arg("-c").arg(script).arg("sh");
    command.arg(env!("CARGO_BIN_EXE_pipeferry")).arg("run").arg("--config").arg(path);
    let names: Vec<_> = sockets.iter().map(|(name, _)| *name).collect();
    command.env("LISTEN_FDS", sockets.len().to_string()).env("LISTEN_FDNAMES", names.join(":"));
    let mut copies = sockets.iter().map(|(_, socket)| socket.try_clone_to_owned().unwrap());
    command.stdin(copies.next().map_or_else(Stdio::null, Stdio::from));
    command.stdout(copies.next().map_or_else(Stdio::null, Stdio::from));
    command.stderr(Stdio::piped());
    command
}

//! What a configuration needs of files, ports and the rights of files.
//!
//! One list for all: what is granted at the start, what is looked at before
//! capabilities go, and what a reload is held against.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::config::{
    Admin, AdminListen, Config, Dial, FileAccess, Framing, Listen, LocalRules, Trust, UnixName,
};
use crate::gateway::watch::files_of;

/// What is done with a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    /// A file is read.
    Read,
    /// A FIFO is opened for writing.
    Write,
    /// A socket or FIFO is made and removed.
    Make,
    /// A socket is connected to.
    Connect,
}

/// All that a configuration needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Needs {
    pub paths: BTreeSet<(Use, PathBuf)>,
    /// TCP ports that are listened on; 0: one that the system picks.
    pub bind: BTreeSet<u16>,
    /// TCP ports that are connected to.
    pub connect: BTreeSet<u16>,
    /// A target says its port only when it is dialled.
    pub any_target_port: bool,
    /// The system's own CAs are read.
    pub system_trust: bool,
    /// A name in the abstract namespace is connected to.
    pub abstract_sockets: bool,
    /// Files are given to other accounts.
    pub owners: bool,
    /// Files that are not ours are opened again: sockets that a dead process has
    /// left, FIFOs.
    pub given_away: bool,
    /// Messages go as packets, which one buffer must hold.
    pub packets: bool,
}

impl Needs {
    /// What a start needs; `file` is the configuration.
    pub fn of_start(config: &Config, file: &Path) -> Self {
        let mut needs = Self::of_reload(config, file);
        if let Some(control) = &config.control {
            needs.path(Use::Make, &control.pipe.socket);
        }
        if let Some(Admin { listen }) = &config.admin {
            match listen {
                AdminListen::Tcp(at) => drop(needs.bind.insert(at.port)),
                AdminListen::Tls(tls) => drop(needs.bind.insert(tls.tcp.at.port)),
                AdminListen::Unix(unix) => {
                    needs.served(&unix.name);
                    needs.given(&unix.file, &unix.allow);
                }
                AdminListen::Pipe(pipe) => {
                    needs.path(Use::Make, &pipe.address.socket);
                    needs.given(&pipe.file, &pipe.allow);
                }
            }
        }
        needs
    }

    /// What a reload needs: admin listener and control pipe stay as they are.
    pub fn of_reload(config: &Config, file: &Path) -> Self {
        let mut needs = Self::default();
        needs.path(Use::Read, file);
        for file in files_of(config) {
            needs.path(Use::Read, &file);
        }
        let trusts = config.identities.values().map(|identity| &identity.trust);
        needs.system_trust = trusts.into_iter().any(|trust| *trust == Some(Trust::System));
        for bridge in &config.bridges {
            needs.listen(&bridge.listen);
            bridge.connect.iter().for_each(|target| needs.dial(target));
        }
        needs
    }

    /// Leaves out what was needed before: that goes on as well as it did, and is
    /// no reason against a reload. Files are all read again.
    pub fn leave_out(&mut self, before: &Self) {
        self.paths.retain(|one| one.0 == Use::Read || !before.paths.contains(one));
    }

    fn path(&mut self, of: Use, path: &Path) {
        self.paths.insert((of, path.to_owned()));
    }

    fn listen(&mut self, end: &Listen) {
        match end {
            Listen::Tcp(tcp) => drop(self.bind.insert(tcp.at.port)),
            Listen::Tls(tls) => drop(self.bind.insert(tls.tcp.at.port)),
            Listen::Unix(unix) => {
                self.packets |= unix.framing == Framing::Packet;
                self.served(&unix.name);
                self.given(&unix.file, &unix.allow);
            }
            Listen::Pipe(pipe) => {
                self.packets |= pipe.framing == Framing::Packet;
                self.path(Use::Make, &pipe.address.socket);
                self.given(&pipe.file, &pipe.allow);
            }
            Listen::Fifo(fifo) => {
                // Whichever way it carries: the other side is held open too.
                for of in [Use::Read, Use::Write, Use::Make] {
                    self.path(of, &fifo.path);
                }
                self.given(&fifo.file, &LocalRules::Default);
            }
            // Open already.
            Listen::Handed(handed) => self.packets |= handed.framing == Framing::Packet,
            Listen::Stdio(_) => {}
        }
    }

    fn dial(&mut self, end: &Dial) {
        match end {
            Dial::Tcp(tcp) => drop(self.connect.insert(tcp.to.port)),
            Dial::Tls(tls) => drop(self.connect.insert(tls.tcp.to.port)),
            // DNS says which.
            Dial::Srv(_) => self.any_target_port = true,
            Dial::Unix(unix) => {
                self.packets |= unix.framing == Framing::Packet;
                match &unix.name {
                    UnixName::Path(path) => self.path(Use::Connect, path),
                    UnixName::Abstract(_) => self.abstract_sockets = true,
                }
            }
            Dial::Pipe(pipe) => {
                self.packets |= pipe.framing == Framing::Packet;
                self.path(Use::Connect, &pipe.address.socket);
            }
            Dial::Fifo(fifo) => {
                self.path(Use::Read, &fifo.path);
                self.path(Use::Write, &fifo.path);
            }
            Dial::Stdio(_) => {}
        }
    }

    fn served(&mut self, name: &UnixName) {
        if let UnixName::Path(path) = name {
            self.path(Use::Make, path);
        }
    }

    /// Rules may name one group alone, which the file is then given to.
    fn given(&mut self, file: &FileAccess, allow: &LocalRules) {
        let ruled = *allow != LocalRules::Default;
        self.owners |= ruled || file.owner.is_some() || file.group.is_some();
        self.given_away |= file.owner.is_some();
    }
}

//! The places of the system that rules speak of.

use std::path::{Path, PathBuf};

use crate::config::Surroundings;

/// What name look-ups, the process's own metrics and the C library read. The
/// whole of /proc, as the kernel forgets what its parts were; other processes'
/// memory and environment stay closed by Landlock itself.
const SYSTEM: [&str; 17] = [
    "/dev/null",
    "/dev/random",
    "/dev/urandom",
    "/etc",
    "/lib",
    "/lib64",
    "/proc",
    "/run/NetworkManager",
    "/run/nscd",
    "/run/resolvconf",
    "/run/systemd/resolve",
    "/run/systemd/userdb",
    "/sys/fs/cgroup",
    "/usr/lib",
    "/usr/lib64",
    "/usr/share",
    "/var/lib/sss",
];

/// Where systems keep the CAs that they trust, beside /etc and /usr/share.
const TRUST: [&str; 4] =
    ["/usr/local/share/ca-certificates", "/var/lib/ca-certificates", "/nix/store", "/gnu/store"];

/// Raw disks, memory and the kernel's own switches: no reload needs them.
const CLOSED: [&str; 4] = ["boot", "dev", "lost+found", "sys"];

/// Sockets and FIFOs lie in these.
const PASSING: [&str; 3] = ["/run", "/tmp", "/var/tmp"];

/// Where things are on this machine; what is not there is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Places {
    /// Read in any case.
    pub system: Vec<PathBuf>,
    /// Read for `trust = "system"`.
    pub trust: Vec<PathBuf>,
    /// All that may hold a configuration, a certificate, a target's socket.
    pub all: Vec<PathBuf>,
    /// Where sockets and FIFOs are made.
    pub passing: Vec<PathBuf>,
    /// The service manager listens at an abstract name.
    pub abstract_manager: bool,
}

impl Places {
    /// Those of this machine and this process.
    pub fn of_this_machine(surroundings: &Surroundings) -> Self {
        let variable = |name| std::env::var_os(name).map(PathBuf::from);
        let folder = |file: PathBuf| file.parent().map(Path::to_owned);
        let trust = [variable("SSL_CERT_FILE").and_then(folder), variable("SSL_CERT_DIR")];
        let pipes = surroundings.runtime_dir.clone();
        let manager = std::env::var_os("NOTIFY_SOCKET");
        Self {
            system: there(SYSTEM.iter().map(PathBuf::from).chain(behind_links())),
            trust: there(TRUST.iter().map(PathBuf::from).chain(trust.into_iter().flatten())),
            all: top_level(),
            abstract_manager: manager.is_some_and(|at| at.as_encoded_bytes().starts_with(b"@")),
            passing: there(PASSING.iter().map(PathBuf::from).chain([std::env::temp_dir(), pipes])),
        }
    }
}

/// The folders of what name look-ups read, where that are links out of /etc.
fn behind_links() -> impl Iterator<Item = PathBuf> {
    let files = ["/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf"];
    let real = files.into_iter().filter_map(|file| std::fs::canonicalize(file).ok());
    real.filter_map(|file| file.parent().map(Path::to_owned))
}

fn there(paths: impl Iterator<Item = PathBuf>) -> Vec<PathBuf> {
    paths.filter_map(|path| std::fs::canonicalize(path).ok()).collect()
}

/// Every folder of the root but those that are closed.
fn top_level() -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir("/") else { return vec![PathBuf::from("/")] };
    let open =
        entries.flatten().filter(|entry| !CLOSED.iter().any(|closed| entry.file_name() == *closed));
    there(open.map(|entry| entry.path()))
}

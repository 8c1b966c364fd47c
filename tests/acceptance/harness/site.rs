//! A temporary folder that holds one scene: configuration, certificates,
//! sockets. It is gone when the scene ends.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use super::authority::{Authority, Leaf};

pub struct Site {
    folder: tempfile::TempDir,
    authority: OnceCell<Authority>,
}

impl Site {
    /// Makes a FIFO; its path.
    pub fn fifo(&self, name: &str) -> PathBuf {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        let path = self.path(name);
        mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        path
    }

    /// Under /tmp whatever TMPDIR says: a socket's path has 107 bytes at most.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("pf-").tempdir_in("/tmp").unwrap();
        Self { folder, authority: OnceCell::new() }
    }

    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The path as text, for configurations and command lines.
    pub fn at(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Lets accounts other than ours walk through the folder.
    pub fn open_to_all(&self) {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(self.root(), mode).unwrap();
    }

    /// The site's own certificate authority; `ca.pem` lies in the folder.
    pub fn authority(&self) -> &Authority {
        self.authority.get_or_init(|| {
            let authority = Authority::new("site");
            self.write("ca.pem", authority.pem());
            authority
        })
    }

    /// A certificate of the site's authority, `NAME.pem` and `NAME.key`.
    pub fn leaf(&self, name: &str, leaf: Leaf) -> super::authority::Issued {
        let issued = self.authority().issue(leaf);
        self.write(&format!("{name}.pem"), &issued.chain_pem);
        self.write(&format!("{name}.key"), &issued.key_pem);
        issued
    }

    /// An identity's table for the configuration, with its files in place:
    /// good for `localhost` and 127.0.0.1, as server and as client.
    pub fn identity(&self, name: &str) -> String {
        self.leaf(name, Leaf::localhost(name));
        self.identity_table(name)
    }

    /// The table alone, for files that are there already.
    pub fn identity_table(&self, name: &str) -> String {
        format!(
            "[identity.{name}]\ncert = \"{name}.pem\"\nkey = \"{name}.key\"\ntrust = \"ca.pem\"\n"
        )
    }
}

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::net::{TcpListener, TcpStream};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::path::Path;
use std::process::Command;

use super::*;

/// Tells a test that it is the inner one: a process that may shut itself in.
const INSIDE: &str = "PIPEFERRY_TEST_SANDBOX";

/// Runs the test called `name` again in a process of its own, with `told` for
/// [`INSIDE`].
#[track_caller]
fn inside(name: &str, told: String) {
    let ran = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("sys::sandbox::tests::{name}")])
        .env("RUST_TEST_THREADS", "1")
        .env(INSIDE, told)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success() && said.contains("1 passed"), "{said}");
}

#[track_caller]
fn refused<T>(result: io::Result<T>) {
    assert_eq!(result.err().map(|error| error.kind()), Some(ErrorKind::PermissionDenied));
}

fn only(path: &Path) -> BTreeSet<PathBuf> {
    BTreeSet::from([path.to_owned()])
}

fn abstract_name(port: u16) -> SocketAddr {
    SocketAddr::from_abstract_name(format!("pipeferry-test-{port}")).unwrap()
}

#[test]
fn the_kernel_refuses_what_is_not_granted() {
    let Some(told) = std::env::var_os(INSIDE) else {
        let folder = tempfile::tempdir().unwrap();
        for name in ["read", "write", "make", "closed"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
            std::fs::write(folder.path().join(name).join("file"), "x").unwrap();
        }
        let [open, closed] = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let port = |listener: &TcpListener| listener.local_addr().unwrap().port();
        let outside = UnixListener::bind_addr(&abstract_name(port(&open))).unwrap();
        let told = format!("{} {} {}", folder.path().display(), port(&open), port(&closed));
        inside("the_kernel_refuses_what_is_not_granted", told);
        drop(outside);
        return;
    };
    let told = told.into_string().unwrap();
    let [folder, open, closed] = told.split(' ').collect::<Vec<_>>()[..] else { panic!("{told}") };
    let (open, closed): (u16, u16) = (open.parse().unwrap(), closed.parse().unwrap());
    let at = |name: &str| Path::new(folder).join(name);
    let ports = Ports { bind: BTreeSet::from([0]), connect: Some(BTreeSet::from([open])) };
    let enforced = restrict(&Grants {
        read: only(&at("read")),
        write: only(&at("write")),
        make: only(&at("make")),
        ports: Some(ports),
        abstract_sockets: false,
    });
    let enforced = enforced.unwrap().expect("a kernel with Landlock (Linux 5.13 and later)");
    files_are_as_granted(at);
    refused(Command::new("/bin/true").status());
    assert!(takes_no_new_privileges());
    if enforced.ports {
        TcpStream::connect(("127.0.0.1", open)).unwrap();
        refused(TcpStream::connect(("127.0.0.1", closed)));
        TcpListener::bind("127.0.0.1:0").unwrap();
        refused(TcpListener::bind(("127.0.0.2", closed)));
    }
    if enforced.signals {
        refused(UnixStream::connect_addr(&abstract_name(open)));
        let parent = rustix::process::getppid().unwrap();
        refused(rustix::process::test_kill_process(parent).map_err(io::Error::from));
    }
}

fn files_are_as_granted(at: impl Fn(&str) -> PathBuf) {
    let write = |path: PathBuf| OpenOptions::new().write(true).open(path);
    File::open(at("read/file")).unwrap();
    std::fs::read_dir(at("read")).unwrap();
    write(at("write/file")).unwrap();
    for closed in ["closed", "write", "make"] {
        refused(File::open(at(closed).join("file")));
        refused(std::fs::read_dir(at(closed)));
    }
    for closed in ["closed", "read", "make"] {
        refused(write(at(closed).join("file")));
    }
    std::fs::create_dir(at("make/folder")).unwrap();
    drop(UnixListener::bind(at("make/folder/socket")).unwrap());
    std::fs::remove_file(at("make/folder/socket")).unwrap();
    for closed in ["closed", "read", "write"] {
        refused(UnixListener::bind(at(closed).join("socket")));
        refused(std::fs::remove_file(at(closed).join("file")));
    }
    refused(File::create_new(at("make/regular")));
    refused(std::os::unix::fs::symlink("file", at("make/link")));
}

#[test]
fn what_is_not_limited_stays_open() {
    let Some(told) = std::env::var_os(INSIDE) else {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let _outside = UnixListener::bind_addr(&abstract_name(port)).unwrap();
        return inside("what_is_not_limited_stays_open", port.to_string());
    };
    let port: u16 = told.into_string().unwrap().parse().unwrap();
    let grants = Grants { abstract_sockets: true, ..Grants::default() };
    assert!(!restrict(&grants).unwrap().expect("a kernel with Landlock").ports);
    TcpStream::connect(("127.0.0.1", port)).unwrap();
    UnixStream::connect_addr(&abstract_name(port)).unwrap();
    TcpListener::bind("127.0.0.1:0").unwrap();
}

#[test]
fn capabilities_that_are_not_kept_are_gone() {
    if std::env::var_os(INSIDE).is_none() {
        return inside("capabilities_that_are_not_kept_are_gone", "yes".to_owned());
    }
    let had = [Capability::Chown, Capability::Fowner].map(has);
    forbid_new_privileges().unwrap();
    lower(&BTreeSet::new()).unwrap();
    assert_eq!([Capability::Chown, Capability::Fowner].map(has), had, "for now only");
    keep(&BTreeSet::from([Capability::Chown])).unwrap();
    assert_eq!([Capability::Chown, Capability::Fowner].map(has), [had[0], false]);
    let left: Vec<_> = had[0].then(|| "cap_chown".to_owned()).into_iter().collect();
    assert_eq!(capabilities(), left);
    assert!(keep(&BTreeSet::from([Capability::Fowner])).is_ok() && capabilities().is_empty());
}

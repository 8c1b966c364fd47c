//! A real systemd, as a user's manager of its own: in a mount namespace where
//! the system looks as if systemd had booted it, with units in the site's folder.
//!
//! Needs root, or a system whose users may make namespaces.

use std::process::{Child, Command, Stdio};

use super::cli::told;
use super::program::is_root;
use super::{Site, eventually};

pub struct Systemd<'a> {
    site: &'a Site,
    manager: Child,
}

/// Two that run at once would share the control groups of their units, and end
/// each other's processes: each gets a group of its own, where that can be had.
/// And it refuses to run where no systemd has booted.
const BEGIN: &str = "
for root in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
    if [ -e $root/cgroup.procs ] && mkdir $root/pf-$$; then echo $$ >$root/pf-$$/cgroup.procs; fi
done
mount -t tmpfs run /run && mkdir -p /run/systemd/system &&
exec /lib/systemd/systemd --user --unit=basic.target";

impl<'a> Systemd<'a> {
    /// `units` are names and texts.
    pub fn start(site: &'a Site, units: &[(&str, &str)]) -> Self {
        use std::os::unix::fs::PermissionsExt;
        std::fs::create_dir_all(site.path("units")).unwrap();
        std::fs::create_dir_all(site.path("run")).unwrap();
        std::fs::set_permissions(site.path("run"), PermissionsExt::from_mode(0o700)).unwrap();
        for (name, text) in units {
            site.write(&format!("units/{name}"), text);
        }
        let mut command = Command::new("unshare");
        if !is_root() {
            command.arg("--map-root-user");
        }
        command.args(["--mount", "--propagation", "private", "sh", "-c", BEGIN]);
        command.env("SYSTEMD_UNIT_PATH", format!("{}:/usr/lib/systemd/user", site.at("units")));
        command.env("HOME", site.root()).env("XDG_RUNTIME_DIR", site.path("run"));
        let systemd = Self { site, manager: command.stdin(Stdio::null()).spawn().unwrap() };
        eventually("systemd to be up", || {
            (systemd.ask(&["is-active", "basic.target"]).0 == 0).then_some(())
        });
        systemd
    }

    /// `systemctl --user`: its exit code and what it says.
    pub fn ask(&self, arguments: &[&str]) -> (i32, String) {
        let mut command = Command::new("timeout");
        command.args(["30", "systemctl", "--user"]).args(arguments);
        command.env("XDG_RUNTIME_DIR", self.site.path("run"));
        let said = told(command.stdin(Stdio::null()).output().unwrap());
        (said.code, said.stdout + &said.stderr)
    }

    #[track_caller]
    pub fn good(&self, arguments: &[&str]) {
        let (code, said) = self.ask(arguments);
        assert_eq!(code, 0, "systemctl {arguments:?}: {said}");
    }

    /// A property of a unit, as `systemctl show` has it.
    pub fn of(&self, unit: &str, property: &str) -> String {
        let (_, said) = self.ask(&["show", "--value", "--property", property, unit]);
        said.trim().to_owned()
    }

    #[track_caller]
    pub fn until(&self, unit: &str, property: &str, value: &str) {
        eventually(&format!("{property} of {unit} to be {value}"), || {
            (self.of(unit, property) == value).then_some(())
        });
    }
}

impl Drop for Systemd<'_> {
    fn drop(&mut self) {
        // It ends its services, and then itself.
        let _ = self.ask(&["exit"]);
        let ended = (0..2000).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(5));
            self.manager.try_wait().is_ok_and(|status| status.is_some())
        });
        if !ended {
            let _ = self.manager.kill();
            let _ = self.manager.wait();
        }
        let own = format!("pf-{}", self.manager.id());
        for root in ["", "systemd", "unified"] {
            remove_groups(&std::path::Path::new("/sys/fs/cgroup").join(root).join(&own));
        }
    }
}

/// Control groups are folders that are removed from the inside; what is in them
/// beside folders is no file.
fn remove_groups(group: &std::path::Path) {
    for inner in std::fs::read_dir(group).into_iter().flatten().flatten() {
        if inner.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_groups(&inner.path());
        }
    }
    let _ = std::fs::remove_dir(group);
}

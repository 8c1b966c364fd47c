//! A network of its own, with its own name server: loopback only, port 53 free.
//! Needs root, or sudo.

use std::fs::File;
use std::io::BufRead;
use std::os::fd::AsFd;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use super::program::{Program, await_line, is_root, piped};
use super::{Site, eventually};

/// A network namespace whose /etc/resolv.conf names 127.0.0.1.
pub struct Network {
    keeper: Program,
    pid: String,
}

fn privileged(program: &str) -> Command {
    if is_root() {
        return piped(program);
    }
    let mut command = piped("sudo");
    command.arg("-n").arg(program);
    command
}

impl Network {
    pub fn new(site: &Site) -> Self {
        let settings = site.write("resolv.conf", "nameserver 127.0.0.1\noptions timeout:1\n");
        let mut command = privileged("unshare");
        command.args(["--mount", "--net", "sh", "-ec"]);
        command.arg("ip link set lo up; mount --bind \"$1\" /etc/resolv.conf; echo $$; read -r _");
        command.arg("sh").arg(settings);
        let mut keeper = Program::start(&mut command);
        let pid = await_line(&mut keeper.lines(), |_| true);
        Self { keeper, pid }
    }

    /// The words before a program that is to run in it, as root.
    pub fn words(&self) -> Vec<String> {
        let sudo: &[&str] = if is_root() { &[] } else { &["sudo", "-n"] };
        let enter = ["nsenter", "--target", &self.pid, "--mount", "--net"];
        sudo.iter().chain(&enter).map(|word| (*word).to_owned()).collect()
    }

    /// A command that runs in it.
    pub fn command(&self, program: &str) -> Command {
        let words = self.words();
        let mut command = piped(&words[0]);
        command.args(&words[1..]).arg(program);
        command
    }

    /// Makes sockets in it: they stay there, whoever uses them.
    pub fn within<T: Send>(&self, make: impl FnOnce() -> T + Send) -> T {
        let network = File::open(format!("/proc/{}/ns/net", self.pid)).unwrap();
        std::thread::scope(|scope| {
            let moved = scope.spawn(move || {
                let kind = Some(LinkNameSpaceType::Network);
                move_into_link_name_space(network.as_fd(), kind).unwrap();
                make()
            });
            moved.join().unwrap()
        })
    }

    /// Debian's dnsmasq on port 53, with these lines as its configuration.
    pub fn name_server(&self, site: &Site, lines: &str) -> NameServer {
        let file = site.write("dnsmasq.conf", lines);
        let mut command = self.command("dnsmasq");
        command.args(["--keep-in-foreground", "--no-resolv", "--no-hosts", "--bind-interfaces"]);
        command.args(["--listen-address=127.0.0.1", "--pid-file", "--user=root", "--no-poll"]);
        command.args(["--log-queries", "--log-facility=-", "--local=/example.com/"]);
        command.arg(format!("--conf-file={}", file.display()));
        let mut program = Program::start(command.stdout(Stdio::null()));
        let log = Arc::<Mutex<Vec<String>>>::default();
        let lines = std::io::BufReader::new(program.child.stderr.take().unwrap()).lines();
        let shared = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                shared.lock().unwrap().push(line);
            }
        });
        let server = NameServer { program, log };
        eventually("dnsmasq to serve", || (server.asked("started") > 0).then_some(()));
        server
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        // The shell reads the end of its input, and the namespace goes with it.
        self.keeper.close_stdin();
        let _ = self.keeper.child.wait();
    }
}

/// A name server that runs until it is dropped.
pub struct NameServer {
    program: Program,
    log: Arc<Mutex<Vec<String>>>,
}

impl NameServer {
    /// How many lines of its log have this in them, such as `query[SRV]`.
    pub fn asked(&self, what: &str) -> usize {
        self.log.lock().unwrap().iter().filter(|line| line.contains(what)).count()
    }

    pub fn stop(mut self) {
        let _ = self.program.child.kill();
        self.program.wait();
    }
}

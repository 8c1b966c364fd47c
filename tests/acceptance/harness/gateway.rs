//! `pipeferry run` as a process, watched through its log and its admin page.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use super::admin::{self, Metrics};
use super::record::{Line, Record};
use super::{Duplex, Site, eventually, pipeferry};

pub struct Gateway {
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
    reader: Option<JoinHandle<()>>,
    exit: Option<ExitStatus>,
}

impl Gateway {
    /// Writes the configuration into the site, starts the daemon and waits
    /// until every bridge listens. An admin listener and JSON lines are added
    /// unless the text says otherwise.
    pub fn start(site: &Site, config: impl AsRef<str>) -> Self {
        Self::start_as(site, "pipeferry.toml", config)
    }

    /// For scenes with several gateways.
    pub fn start_as(site: &Site, file: &str, config: impl AsRef<str>) -> Self {
        let config = completed(config.as_ref());
        let path = site.write(file, &config);
        let mut command = pipeferry(&["run", "--config"]);
        command.arg(path);
        Self::spawn(command, &config)
    }

    /// A command that ends in `pipeferry run`, such as `prlimit ... pipeferry`.
    pub fn spawn(mut command: Command, config: &str) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::null());
        Self::spawn_as_is(command, config)
    }

    /// The same, with the standard input and output that the command has.
    pub fn spawn_as_is(mut command: Command, config: &str) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let reader = follow(child.stderr.take().unwrap(), Arc::clone(&log));
        let mut gateway = Self { child, log, reader: Some(reader), exit: None };
        gateway.await_listening(config);
        gateway
    }

    fn await_listening(&mut self, config: &str) {
        let bridges = config.lines().filter(|line| line.trim().starts_with("[bridge.")).count();
        let admin = usize::from(config.contains("[admin]"));
        eventually("every bridge to listen", || {
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("the gateway ended with {status}");
            }
            let ready = |message: &str| self.lines(message).len();
            (ready("listening") >= bridges && ready("admin listening") >= admin).then_some(())
        });
    }

    /// Writes another configuration into the place of the one that it runs with.
    pub fn rewrite(site: &Site, config: impl AsRef<str>) {
        site.write("pipeferry.toml", completed(config.as_ref()));
    }

    /// SIGHUP, and waits until it has reloaded `times` times in all.
    pub fn hang_up(&self, times: usize) -> Line {
        self.signal(rustix::process::Signal::HUP);
        self.reloaded(times)
    }

    /// Waits until it has reloaded so often.
    pub fn reloaded(&self, times: usize) -> Line {
        eventually("a reload", || self.lines("reloaded").get(times - 1).cloned())
    }

    /// Waits until a reload has failed; all that it said.
    pub fn refused(&self) -> Vec<Line> {
        let message = "reload failed; the old configuration stays in force";
        eventually("a reload to fail", || {
            let lines = self.lines(message);
            (!lines.is_empty()).then_some(lines)
        })
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Every log line so far with this message.
    pub fn lines(&self, message: &str) -> Vec<Line> {
        let lines = self.log.lock().unwrap();
        let parsed = lines.iter().filter_map(|line| Line::parse(line));
        parsed.filter(|line| line.message() == message).collect()
    }

    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// Where a TCP or TLS bridge listens.
    pub fn at(&self, bridge: &str) -> SocketAddr {
        let lines = self.lines("listening");
        let line = lines.iter().find(|line| line.text("bridge") == bridge);
        socket_address(line.unwrap_or_else(|| panic!("{bridge} does not listen")))
    }

    pub fn admin(&self) -> SocketAddr {
        socket_address(&self.lines("admin listening")[0])
    }

    /// A TCP client of a bridge.
    pub fn tcp(&self, bridge: &str) -> Duplex {
        Duplex::tcp(self.at(bridge))
    }

    pub fn metrics(&self) -> Metrics {
        let answer = admin::get(self.admin(), "/metrics");
        assert_eq!(answer.status, 200, "{}", answer.body);
        Metrics(answer.body)
    }

    /// Waits until a metric has reached a value.
    pub fn metric_reaches(&self, name: &str, labels: &[(&str, &str)], value: f64) {
        eventually(&format!("{name} {labels:?} to be {value}"), || {
            (self.metrics().get(name, labels) == Some(value)).then_some(())
        });
    }

    pub fn records(&self) -> Vec<Record> {
        self.lines("connection ended").iter().filter_map(Record::of).collect()
    }

    /// The `count` records that have come, once they have.
    pub fn wait_records(&self, count: usize) -> Vec<Record> {
        eventually(&format!("{count} connections to end"), || {
            let records = self.records();
            (records.len() >= count).then_some(records)
        })
    }

    /// The only record, checked to be the only one.
    #[track_caller]
    pub fn record(&self) -> Record {
        let mut records = self.wait_records(1);
        assert_eq!(records.len(), 1, "{records:?}");
        records.remove(0)
    }

    /// The one connection ended so, and the metric says the same.
    #[track_caller]
    pub fn ended(&self, outcome: &str) -> Record {
        let record = self.record();
        assert_eq!(record.outcome, outcome, "{record:?}");
        let labels = [("bridge", record.bridge.as_str()), ("outcome", outcome)];
        assert_eq!(self.metrics().value("connections_total", &labels), 1.0);
        self.metric_reaches("connections_open", &labels[..1], 0.0);
        record
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    pub fn terminate(&self) {
        self.signal(rustix::process::Signal::TERM);
    }

    pub fn running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits for the exit code, and for the last log line.
    pub fn wait_exit(&mut self) -> i32 {
        let status = eventually("the gateway to end", || self.child.try_wait().unwrap());
        self.exit = Some(status);
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        status.code().unwrap_or_else(|| panic!("ended by signal {:?}", status.signal()))
    }

    /// SIGTERM, and the exit code.
    pub fn stop(&mut self) -> i32 {
        self.terminate();
        self.wait_exit()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        if self.exit.is_none() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
        let panicked = self.log().iter().any(|line| line.contains("panicked at"));
        if std::thread::panicking() {
            eprintln!("--- log of the gateway\n{}\n---", self.log().join("\n"));
        } else {
            assert!(!panicked, "the gateway panicked:\n{}", self.log().join("\n"));
        }
    }
}

/// The bridge `one` between two ends, each as TOML has a value, with more keys.
pub fn bridge(listen: &str, connect: &str, more: &str) -> String {
    format!("[bridge.one]\nlisten = {listen}\nconnect = {connect}\n{more}\n")
}

/// The configuration with an admin listener and JSON lines, and without a control
/// pipe and watching, unless it has them.
pub fn completed(config: &str) -> String {
    let mut config = config.to_owned();
    for key in ["control", "watch"] {
        if !config.lines().any(|line| line.starts_with(key)) {
            config = format!("{key} = false\n{config}");
        }
    }
    if !config.contains("[admin]") {
        config.push_str("\n[admin]\nlisten = \"tcp:127.0.0.1:0\"\n");
    }
    if !config.contains("[log]") {
        config.push_str("\n[log]\nformat = \"json\"\n");
    }
    config
}

fn follow(stderr: ChildStderr, log: Arc<Mutex<Vec<String>>>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            log.lock().unwrap().push(line);
        }
    })
}

fn socket_address(line: &Line) -> SocketAddr {
    let address = line.text("address");
    let bare = address.trim_start_matches("tcp:").trim_start_matches("tls:");
    bare.parse().unwrap_or_else(|_| panic!("{address:?} is no socket address"))
}

//! pipeferry.exe as a service: installed, started, carrying, stopped with a
//! connection open, removed. The service manager is Wine's.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::harness::running::Finished;
use crate::harness::{
    Machine, Site, Target, built, eventually, lets_a_client_finish, names, noise, steps,
};

const INTERROGATE: &str = "4";
const PARAMCHANGE: &str = "6";

/// A machine with the program in a folder that has a space in its name, and a
/// configuration where the service looks for it.
struct Host {
    machine: Machine,
    program: PathBuf,
}

impl Host {
    fn new(config: &str) -> Self {
        let host = Self::without_config();
        std::fs::create_dir_all(host.machine.drive_c("ProgramData/pipeferry")).unwrap();
        host.configure(config);
        host
    }

    fn without_config() -> Self {
        Self::on(Machine::boot())
    }

    fn on(machine: Machine) -> Self {
        let folder = machine.drive_c("Program Files/pipe ferry");
        std::fs::create_dir_all(&folder).unwrap();
        let program = folder.join("pipeferry.exe");
        std::fs::hard_link(built::pipeferry(), &program).unwrap();
        Self { machine, program }
    }

    fn configure(&self, config: &str) {
        let file = self.machine.drive_c("ProgramData/pipeferry/pipeferry.toml");
        std::fs::write(file, config).unwrap();
    }

    /// `pipeferry service ...`
    #[track_caller]
    fn service(&self, arguments: &str) -> Finished {
        let words: Vec<&str> = ["service"].into_iter().chain(arguments.split(' ')).collect();
        self.machine.start(&self.program, &words).finished()
    }

    /// A tool of the system's own.
    #[track_caller]
    fn system(&self, tool: &str, arguments: &[&str]) -> Finished {
        let tool = self.machine.drive_c("windows/system32").join(tool);
        self.machine.start(&tool, arguments).finished()
    }

    #[track_caller]
    fn registered_source(&self, name: &str) -> Option<String> {
        let key = format!(r"HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Application\{name}");
        let found = self.system("reg.exe", &["query", &key, "/v", "EventMessageFile"]);
        (found.code == 0).then_some(found.said)
    }

    fn log(&self, name: &str) -> String {
        let file = self.machine.drive_c(&format!("ProgramData/pipeferry/logs/{name}.log"));
        std::fs::read_to_string(file).unwrap_or_default()
    }

    /// Sends it a control; what came of it.
    #[track_caller]
    fn control(&self, name: &str, control: &str) -> String {
        self.machine.start(&built::program("service_control"), &[name, control]).finished().said
    }

    #[track_caller]
    fn state(&self) -> String {
        let said = self.service("status").good();
        let state = said.lines().find_map(|line| line.strip_prefix("state "));
        state.unwrap_or_else(|| panic!("{said}")).trim().to_owned()
    }
}

fn bridge(connect: &str, top: &str) -> String {
    format!("{top}\n[bridge.one]\nlisten = \"pipe:front\"\nconnect = \"{connect}\"\n")
}

#[test]
fn a_service_carries_drains_when_it_is_stopped_and_is_removed() {
    let target = Target::tcp();
    let host = Host::new(&bridge(&target.address, ""));
    let said = host.service("install").good();
    assert!(said.contains("installed the service `pipeferry`"), "{said}");
    let source = host.registered_source("pipeferry").expect("a source of events");
    assert!(source.contains(r"%SystemRoot%\System32\EventCreate.exe"), "{source}");

    let said = host.service("start").good();
    assert!(said.starts_with("the service `pipeferry` is running, process "), "{said}");
    assert!(host.service("start").good().contains("running already"));
    let status = host.service("status").good();
    for row in [
        "state    running",
        r"account  NT SERVICE\pipeferry",
        r"config   C:\ProgramData\pipeferry\pipeferry.toml",
        r"log      C:\ProgramData\pipeferry\logs\pipeferry.log",
        r"program  C:\Program Files\pipe ferry\pipeferry.exe",
    ] {
        assert!(status.contains(row), "{row} in {status}");
    }

    assert_eq!(host.control("pipeferry", INTERROGATE), "state 4\n");
    assert_eq!(host.control("pipeferry", PARAMCHANGE), "state 4\n");
    let log = || {
        let log = host.log("pipeferry");
        log.lines().find(|line| line.contains("\"reloaded\"")).map(str::to_owned)
    };
    let reloaded = eventually("the service to reload", log);
    assert!(reloaded.contains("\"trigger\":\"PARAMCHANGE\""), "{reloaded}");

    // It drains: who is there may finish, nobody else comes in.
    let mut stop = None;
    lets_a_client_finish(&host.machine, &target, || {
        stop = Some(host.machine.start(&host.program, &["service", "stop"]));
        eventually("the service to drain", || (host.state() == "stopping").then_some(()));
    });
    let stopped = stop.unwrap().finished().good();
    assert_eq!(stopped, "the service `pipeferry` is stopped\n");
    assert!(host.log("pipeferry").contains("\"finish\":\"drained\""), "{}", host.log("pipeferry"));
    assert!(host.service("stop").good().contains("was not running"));

    // A running one is stopped first.
    host.service("start").good();
    host.service("uninstall").good();
    assert_eq!(host.service("status").code, 1);
    assert_eq!(host.registered_source("pipeferry"), None);
    assert_eq!(steps(&host.machine, "open ~front rw").finished().said, "open error 2\n");
}

/// Wine keeps no event log, and tells what is reported to it.
#[test]
fn start_stop_and_what_goes_wrong_are_reported_to_the_event_log() {
    let host = Host::on(Machine::boot_with("-all,+eventlog"));
    std::fs::create_dir_all(host.machine.drive_c("ProgramData/pipeferry")).unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("tcp:{}", port.local_addr().unwrap());
    host.configure(&bridge(&nobody, ""));
    host.service("install").good();
    host.service("start").good();
    host.service("stop").good();
    std::fs::remove_file(host.machine.drive_c("ProgramData/pipeferry/pipeferry.toml")).unwrap();
    assert_eq!(host.service("start").code, 1);
    let trace = host.machine.trace();
    let reported: Vec<&str> = trace
        .lines()
        .filter_map(|line| line.split_once(":eventlog:ReportEventW L\""))
        .map(|(_, text)| text)
        .collect();
    let starts = [
        "the service `pipeferry` has started",
        "the service `pipeferry` has stopped",
        "error: cannot read the configuration",
    ];
    assert_eq!(reported.len(), starts.len(), "{trace}");
    for (text, start) in reported.iter().zip(starts) {
        assert!(text.starts_with(start), "{trace}");
    }
}

#[test]
fn a_stop_that_had_to_cut_says_so() {
    let target = Target::tcp();
    let host = Host::new(&bridge(&target.address, "drain_timeout = \"1s\""));
    host.service("install").good();
    host.service("start").good();
    let client = steps(&host.machine, "open ~front rw write 1 5 rest");
    let mut service = target.accept();
    assert_eq!(service.exactly(5), noise(1, 5));
    let stopped = host.service("stop");
    assert_eq!(stopped.code, 1, "{}", stopped.said);
    assert!(stopped.said.contains("cut connections off"), "{}", stopped.said);
    client.finished();
    // A stop that was asked for is no failure: the system must not start it again.
    let found = host.system("sc.exe", &["query", "pipeferry"]).said;
    assert!(found.contains("STOPPED"), "{found}");
}

#[test]
fn install_refuses_a_broken_configuration_with_all_its_mistakes() {
    let host = Host::new("[bridge.one]\nlisten = \"pipe:\"\nconnect = \"tcp:nowhere\"\n");
    let refused = host.service("install");
    assert_eq!(refused.code, 2, "{}", refused.said);
    assert!(refused.said.contains("2 mistakes in C:\\ProgramData"), "{}", refused.said);
    let status = host.service("status");
    assert!(status.said.contains("there is no service `pipeferry`"), "{}", status.said);
    assert_eq!(host.registered_source("pipeferry"), None);
}

#[test]
fn a_service_of_another_program_is_not_touched() {
    let host = Host::new(&bridge("tcp:127.0.0.1:9", ""));
    let line = r"C:\windows\system32\other.exe service run --name other";
    host.system("sc.exe", &["create", "other", "binPath=", line]).good();
    for command in ["install", "start", "stop", "status", "uninstall"] {
        let refused = host.service(&format!("{command} --name other"));
        assert_eq!(refused.code, 1, "{command}: {}", refused.said);
        assert!(refused.said.contains("was not installed by pipeferry"), "{}", refused.said);
        assert!(refused.said.contains(line), "whose it is: {}", refused.said);
    }
    let key = r"HKLM\SYSTEM\CurrentControlSet\Services\other";
    let found = host.system("reg.exe", &["query", key, "/v", "ImagePath"]).good();
    assert!(found.contains(line), "{found}");
}

#[test]
fn a_start_that_fails_says_why_and_the_next_may_succeed() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let good = format!("[bridge.one]\nlisten = \"tcp:{address}\"\nconnect = \"pipe:back\"\n");
    let host = Host::new(&good);
    host.service("install").good();
    let failed = host.service("start");
    assert_eq!(failed.code, 1, "{}", failed.said);
    assert!(failed.said.contains("the service `pipeferry` did not start"), "{}", failed.said);
    assert!(failed.said.contains(&address.to_string()), "why: {}", failed.said);
    assert_eq!(host.state(), "stopped");

    // What was right at the installation may be wrong by now.
    host.configure("[bridge.one]\nlisten = \"nonsense\"\n");
    let failed = host.service("start");
    assert_eq!(failed.code, 1, "{}", failed.said);
    assert!(failed.said.contains("nonsense"), "why: {}", failed.said);

    drop(taken);
    host.configure(&good);
    host.service("start").good();
    assert_eq!(host.state(), "running");
    host.service("stop").good();
}

#[test]
fn two_services_live_side_by_side() {
    let (one, two) = (Target::tcp(), Target::tcp());
    let host = Host::new(&bridge(&one.address, ""));
    let site = Site::new();
    let config = bridge(&two.address, "").replace("front", "second");
    let file = names::path(site.write("second.toml", &config));
    host.service("install --account LocalSystem").good();
    host.service(&format!("install --name second --account LocalService --config {file}")).good();
    host.service("start").good();
    host.service("start --name second").good();
    let status = host.service("status --name second").good();
    assert!(status.contains(r"account  NT AUTHORITY\LocalService"), "{status}");
    for (pipe, target) in [("front", &one), ("second", &two)] {
        let client = steps(&host.machine, &format!("open ~{pipe} rw write 1 5 read 5"));
        let mut service = target.accept();
        assert_eq!(service.exactly(5), noise(1, 5));
        service.send(&noise(2, 5));
        client.finished().good();
    }
    host.service("uninstall --name second").good();
    assert_eq!(host.state(), "running", "the other one goes on");
    assert!(host.log("second").contains("the service `second` has stopped"));
}

#[test]
fn the_folder_for_keys_is_closed_to_other_users_from_its_first_moment() {
    let host = Host::without_config();
    let site = Site::new();
    let file = names::path(site.write("a.toml", bridge("tcp:127.0.0.1:9", "")));
    let said = host.service(&format!("install --config {file}")).good();
    assert!(said.contains(r"made C:\ProgramData\pipeferry, closed to other users"), "{said}");
    assert!(said.contains(r"NT SERVICE\pipeferry must be able to read that file"), "{said}");
    for folder in ["ProgramData/pipeferry", "ProgramData/pipeferry/logs"] {
        // Wine makes its mode of the DACL.
        let mode = host.machine.drive_c(folder).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o007, 0, "{folder}: {mode:o}");
    }
}

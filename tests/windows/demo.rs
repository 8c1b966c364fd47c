//! `pipeferry.exe demo`: what it shows, that what it writes is true, and that
//! it leaves nothing behind. Ctrl-Break is not to be had under Wine: the
//! gateways are ended at once there, and the demo says so.

use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use rustix::process::Signal;

use crate::harness::{Machine, Running, Site, built, eventually, names, steps};

fn demo(machine: &Machine, arguments: &[&str]) -> Running {
    let words: Vec<&str> = ["demo"].iter().chain(arguments).copied().collect();
    machine.start(&built::pipeferry(), &words)
}

/// The folder of `All files are in C:\...`.
fn folder(machine: &Machine, said: &str) -> PathBuf {
    let path = said.lines().find_map(|line| line.trim().strip_prefix("All files are in "));
    let path = path.unwrap_or_else(|| panic!("no folder in {said}"));
    let below = path.strip_prefix(r"C:\").unwrap_or_else(|| panic!("{path}"));
    machine.drive_c(&below.replace('\\', "/"))
}

/// The name after `pipe:` that begins so.
fn pipe(said: &str, start: &str) -> String {
    let words =
        said.split_whitespace().filter_map(|word| word.trim_matches('"').strip_prefix("pipe:"));
    let mut fit = words.filter(|name| name.starts_with(start)).map(|name| name.to_owned());
    fit.next().unwrap_or_else(|| panic!("no pipe {start} in {said}"))
}

/// Command lines of what runs on the machine of our own.
fn gateways(machine: &Machine) -> Vec<String> {
    let prefix = machine.drive_c("").parent().unwrap().to_owned();
    let ours = [b"WINEPREFIX=", prefix.as_os_str().as_bytes(), b"\0"].concat();
    let read = |entry: std::fs::DirEntry| {
        let environment = std::fs::read(entry.path().join("environ")).ok()?;
        environment.windows(ours.len()).any(|part| part == ours).then_some(())?;
        let line = std::fs::read(entry.path().join("cmdline")).ok()?;
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        line.contains("pipeferry.exe").then_some(line)
    };
    std::fs::read_dir("/proc").unwrap().flatten().filter_map(read).collect()
}

fn assert_nothing_left(machine: &Machine, said: &str) {
    let folder = folder(machine, said);
    assert!(!folder.exists(), "{} is left", folder.display());
    assert!(folder.parent().unwrap().is_dir(), "that is where it was");
    eventually("no process to be left", || gateways(machine).is_empty().then_some(()));
}

#[test]
fn it_shows_the_main_job_and_leaves_nothing_behind() {
    let machine = Machine::boot();
    let mut run = demo(&machine, &[]);
    run.line("4. ");
    assert!(gateways(&machine).len() >= 3, "the demo and both gateways are seen");
    let said = run.finished().good();
    let mut rest = said.as_str();
    for shown in [
        "client -> pipe:orders-",
        "service <- pipe:orders-service-",
        "1. Make certificates",
        "2. Write near.toml and far.toml",
        "3. Start",
        "far gateway   process ",
        "near gateway  process ",
        "4. Carry",
        "0 B ",
        "1 B ",
        "4 KiB ",
        "64 KiB ",
        "1 MiB ",
        "a file, 8 MiB ",
        "5. Refuse",
        "access_denied",
        "6. Read the metrics",
        "outcome=\"done\"}  0 -> 2",
        "outcome=\"denied\"}  0 -> 1",
        "7. Stop both",
        "8. Go on by hand",
        "demo --keep",
    ] {
        let at = rest.find(shown).unwrap_or_else(|| panic!("no `{shown}` at its place in {said}"));
        rest = &rest[at + shown.len()..];
    }
    for line in said.lines().filter(|line| !line.contains("pipeferry.exe")) {
        assert!(line.len() <= 80 && !line.contains('\x1b'), "{line}");
    }
    assert_nothing_left(&machine, &said);
    for start in ["orders-", "orders-service-", "near-admin-"] {
        let script = format!("open ~{} rw", pipe(&said, start));
        assert_eq!(steps(&machine, &script).finished().said, "open error 2\n", "{start}");
    }
}

/// It stops both in one of two ways, and says which one it was.
#[test]
fn how_the_gateways_were_stopped_is_said_as_it_was() {
    let machine = Machine::boot();
    let said = demo(&machine, &[]).finished().good();
    let step = said.split_once("7. Stop both").unwrap().1.split_once("8. ").unwrap().0;
    let drained = step.contains("Ctrl-Break: both drain")
        && step.contains("far gateway: drained, exit code 0")
        && step.contains("near gateway: drained, exit code 0");
    let ended = step.contains("Ctrl-Break cannot be sent from here: ")
        && step.contains("so both were ended at once, and the open connection was cut");
    assert!(drained != ended, "{said}");
}

/// Not while the demo starts a process: Wine runs the signal's handler on the
/// thread that is inside CreateProcess, and both then wait for ever.
#[test]
fn whenever_ctrl_c_comes_nothing_is_left_behind() {
    let machine = Machine::boot();
    let mut interrupted = 0;
    for moment in ["1. ", "   near gateway  process", "4. ", "6. "] {
        let mut run = demo(&machine, &[]);
        run.line(moment);
        run.signal(Signal::INT);
        let finished = run.finished();
        if finished.code == 1 {
            interrupted += 1;
            let why = "error: the demo was ended by Ctrl-C at step ";
            assert!(finished.said.contains(why), "{}", finished.said);
        } else {
            assert_eq!(finished.code, 0, "{}", finished.said);
        }
        assert_nothing_left(&machine, &finished.said);
    }
    assert!(interrupted > 0, "it was always through first");
}

/// The lines of the Python program in a configuration's first comment.
fn python_in(text: &str) -> String {
    let lines = text.lines().filter_map(|line| line.strip_prefix("#   "));
    lines.map(|line| format!("{line}\n")).collect()
}

/// What follows `start` on its line.
fn after<'t>(text: &'t str, start: &str) -> &'t str {
    let rest = text.split_once(start).unwrap_or_else(|| panic!("no `{start}` in {text}")).1;
    rest.lines().next().unwrap().trim()
}

fn run_python(machine: &Machine, site: &Site, name: &str, program: &str) -> Running {
    let script = names::path(site.write(name, program));
    machine.start_from_batch(&built::python(), &["-u", &script])
}

#[test]
fn what_is_kept_is_what_its_comments_say() {
    let (machine, site) = (Machine::boot(), Site::new());
    let kept = names::path(site.at("kept"));
    let said = demo(&machine, &["--keep", &kept]).finished().good();
    let read = |name: &str| std::fs::read(format!("{}/{name}", site.at("kept"))).unwrap();
    assert!(read("sent.bin") == read("returned.bin"));
    let [near, far] = ["near.toml", "far.toml"].map(|name| {
        let file = format!(r"{kept}\{name}");
        assert!(said.contains(&format!("run -c {file}\n")), "{said}");
        let arguments = ["check", "-c", &file];
        machine.start(&built::pipeferry(), &arguments).finished().good();
        String::from_utf8(read(name)).unwrap()
    });

    let run = |name: &str| {
        let file = format!(r"{kept}\{name}");
        let gateway = machine.start(&built::pipeferry(), &["run", "-c", &file]);
        // Its bridge, and its admin server.
        let listens = || gateway.said().matches("listening\"").count() == 2;
        eventually("a gateway to listen", || listens().then_some(()));
        gateway
    };
    let service = echo(&machine, &site, &far);
    let _gateways = ["far.toml", "near.toml"].map(run);

    let (about_orders, about_metrics) = near.split_once("# The metrics").unwrap();
    let typed = after(&near, "# Try:  pipeferry connect ");
    let mut typist = machine.connect(typed);
    typist.write(b"a line\r\n");
    let mut echoed = [0; 8];
    typist.child.stdout.as_mut().unwrap().read_exact(&mut echoed).unwrap();
    assert_eq!(&echoed, b"a line\r\n");
    drop(typist);
    assert!(service.finished().said.contains("EOFError"), "it serves one client");

    let service = echo(&machine, &site, &far);
    let client = run_python(&machine, &site, "client.py", &python_in(about_orders));
    assert_eq!(client.finished().good(), "b'hi'\n");
    drop(service);

    let metrics = run_python(&machine, &site, "metrics.py", &python_in(about_metrics));
    let answer = metrics.finished().good();
    assert!(answer.contains(" 200 OK\n") && answer.contains("\npipeferry_"), "{answer}");
}

/// The service of far.toml's comment.
fn echo(machine: &Machine, site: &Site, far: &str) -> Running {
    let listening = python_in(far).replace(".accept()", "; print('up'); pipe = pipe.accept()");
    let mut service = run_python(machine, site, "echo.py", &listening);
    service.line("up");
    service
}

#[test]
fn a_folder_with_something_in_it_is_bad_usage_and_stays_as_it_is() {
    let (machine, site) = (Machine::boot(), Site::new());
    site.write("theirs.txt", "theirs");
    let folder = names::path(site.at(""));
    let finished = demo(&machine, &["--dir", folder.trim_end_matches('\\')]).finished();
    assert_eq!(finished.code, 2, "{}", finished.said);
    assert!(finished.said.starts_with("error: ") && finished.said.contains("is not empty"));
    assert_eq!(std::fs::read_to_string(site.at("theirs.txt")).unwrap(), "theirs");
}

//! The log in systemd's journal: written to a real `systemd-journald`, read back
//! with a real `journalctl`.

use serde_json::Value;

use crate::harness::journal::Journal;
use crate::harness::program::Program;
use crate::harness::target::echo;
use crate::harness::{Site, Target, eventually};

/// What systemd does with `StandardError=journal`: a stream to the journal, and its
/// number in the environment, which `systemd-cat` alone does not set everywhere.
const AS_SYSTEMD: &[&str] = &[
    "systemd-cat",
    "sh",
    "-c",
    "JOURNAL_STREAM=$(stat --dereference --format=%d:%i /proc/self/fd/2) exec \"$@\"",
    "sh",
];

/// A gateway whose standard error leads where `wrapper` takes it.
fn gateway(journal: &Journal, site: &Site, wrapper: &[&str], log: &str) -> Program {
    let target = Target::tcp();
    let config = site.write(
        "pipeferry.toml",
        format!(
            "control = false\nwatch = false\n{log}\n\
             [bridge.one]\nlisten = \"unix:{}\"\nconnect = \"{}\"\n",
            site.at("one.sock"),
            target.address
        ),
    );
    target.serve(echo);
    let run = [env!("CARGO_BIN_EXE_pipeferry"), "run", "--config", config.to_str().unwrap()];
    let gateway = Program::start(&mut journal.inside(&[wrapper, &run].concat()));
    eventually("the socket", || site.path("one.sock").exists().then_some(()));
    gateway
}

fn exchange_once(site: &Site) {
    let mut client = eventually("the socket", || {
        std::os::unix::net::UnixStream::connect(site.path("one.sock")).ok()
    });
    use std::io::{Read, Write};
    client.write_all(b"hello").unwrap();
    client.read_exact(&mut [0; 5]).unwrap();
}

fn record(journal: &Journal) -> Value {
    let found = eventually("the record", || {
        let found = journal.find(&["SYSLOG_IDENTIFIER=pipeferry", "PIPEFERRY_OUTCOME=done"]);
        (!found.is_empty()).then_some(found)
    });
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

#[test]
fn under_systemd_the_journal_gets_every_field() {
    let (site, journal) = (Site::new(), Journal::start());
    let _gateway = gateway(&journal, &site, AS_SYSTEMD, "");
    exchange_once(&site);
    let record = record(&journal);
    let id = record["PIPEFERRY_ID"].as_str().unwrap();
    for (field, value) in [
        ("PRIORITY", "6"),
        ("PIPEFERRY_MODULE", "pipeferry::connection"),
        ("PIPEFERRY_BRIDGE", "one"),
        ("PIPEFERRY_BYTES_TO_TARGET", "5"),
        ("PIPEFERRY_BYTES_TO_CLIENT", "5"),
        ("_TRANSPORT", "journal"),
        ("_COMM", "pipeferry"),
    ] {
        assert_eq!(record[field], value, "{field} of {record}");
    }
    let message = record["MESSAGE"].as_str().unwrap();
    assert!(message.starts_with("connection ended bridge=\"one\" id=\""), "{message}");

    let by_id = journal.find(&[&format!("PIPEFERRY_ID={id}")]);
    assert_eq!(by_id.len(), 1, "as docs/logs.md says");
    let shown = journal.journalctl(&["--output=cat", &format!("PIPEFERRY_ID={id}")]);
    assert_eq!(shown.trim_end(), message, "people see all of it");
    let as_json = "journalctl -o json --all --directory=/run/log/journal PIPEFERRY_ID=$1 | jq -c \
        'with_entries(select(.key | startswith(\"PIPEFERRY_\")) | .key |= \
        (ltrimstr(\"PIPEFERRY_\") | ascii_downcase))'";
    let told = journal.inside(&["sh", "-c", as_json, "sh", id]).output().unwrap();
    let line: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!((&line["bridge"], &line["outcome"]), (&"one".into(), &"done".into()), "{line}");
    let listening = journal.find(&["PIPEFERRY_BRIDGE=one", "PIPEFERRY_MODULE=pipeferry::bridge"]);
    assert_eq!(listening.len(), 1);
    assert!(listening[0]["MESSAGE"].as_str().unwrap().starts_with("listening "));
}

#[test]
fn a_format_that_is_asked_for_is_not_changed_by_the_journal() {
    let (site, journal) = (Site::new(), Journal::start());
    let _gateway = gateway(&journal, &site, AS_SYSTEMD, "[log]\nformat = \"json\"");
    exchange_once(&site);
    let line = eventually("the line", || {
        let all = journal.find(&["_TRANSPORT=stdout"]);
        all.into_iter().find_map(|entry| {
            let line: Value = serde_json::from_str(entry["MESSAGE"].as_str()?).ok()?;
            (line["message"] == "connection ended").then_some(line)
        })
    });
    assert_eq!(line["bridge"], "one");
    assert!(journal.find(&["PIPEFERRY_BRIDGE=one"]).is_empty());
}

#[test]
fn the_journal_can_be_asked_for_and_must_be_there_then() {
    let (site, journal) = (Site::new(), Journal::start());
    let log = "[log]\nformat = \"journal\"";
    let gateway = gateway(&journal, &site, &[], log);
    exchange_once(&site);
    record(&journal);
    drop(gateway);
    std::fs::remove_file(site.path("one.sock")).unwrap();

    let config = site.at("pipeferry.toml");
    let script = "rm /run/systemd/journal/socket && exec \"$@\"";
    let run = [env!("CARGO_BIN_EXE_pipeferry"), "run", "--config", &config];
    let mut command = journal.inside(&[&["sh", "-c", script, "sh"], &run[..]].concat());
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("nobody listens at its socket"), "{said}");
    assert!(!site.path("one.sock").exists());
}

#[test]
fn a_text_of_several_lines_is_one_line_for_people() {
    let (site, journal) = (Site::new(), Journal::start());
    let _gateway = gateway(&journal, &site, AS_SYSTEMD, "");
    // A reload that fails has a text of several lines.
    site.write("pipeferry.toml", "[bridge.one]\nlisten = 1\nconnect = 2\n");
    let pid: i32 = record_of_start(&journal).parse().unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::HUP).unwrap();
    let failed = eventually("the failed reload", || {
        let found = journal.find(&["PRIORITY=3"]);
        (!found.is_empty()).then_some(found)
    });
    for entry in &failed {
        let message = entry["MESSAGE"].as_str().unwrap();
        assert!(message.starts_with("reload failed"), "{message}");
        assert!(!message.contains('\n'), "a line for people stays one: {message}");
    }
}

fn record_of_start(journal: &Journal) -> String {
    eventually("the start", || {
        let found = journal.find(&["PIPEFERRY_MODULE=pipeferry::bridge"]);
        found.first()?["_PID"].as_str().map(str::to_owned)
    })
}

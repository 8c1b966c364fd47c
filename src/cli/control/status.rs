//! `pipeferry status`: what runs, in tables or as JSON.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use serde_json::Value;

use super::args::{Daemon, Status};
use super::client::{Client, refused};
use crate::cli::table::{Table, plain};
use crate::cli::{Failure, print};
use crate::gateway::admin::Bytes;
use crate::gateway::control::{Ask, ConnectionStatus, StatusReply};

/// Prints what the daemon does.
pub(in crate::cli) fn status(args: &Status) -> Result<ExitCode, Failure> {
    let connections = if args.json { usize::MAX } else { args.connections };
    let reply = fetch(&args.daemon, connections)?;
    let text = if args.json {
        serde_json::to_string_pretty(&reply).context("cannot write JSON")? + "\n"
    } else {
        tables(&reply)
    };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// Asks for the status, with at most so many connections.
pub(in crate::cli) fn fetch(daemon: &Daemon, connections: usize) -> Result<StatusReply, Failure> {
    let answer = Client::open(daemon)?.ask(&Ask::Status { connections }, |_| ())?;
    answer.map_err(|error| refused("the daemon does not tell its status", &error))
}

fn tables(reply: &StatusReply) -> String {
    let mut text = head(reply);
    text += &format!("\n{}", bridges(&reply.status).text());
    if let Some(table) = targets(&reply.status) {
        text += &format!("\n{}", table.text());
    }
    if let Some(table) = certificates(&reply.status) {
        text += &format!("\n{}", table.text());
    }
    if !reply.connections.is_empty() {
        let (shown, open) = (reply.connections.len(), reply.open);
        let which = if shown < open { format!(", the newest {shown}") } else { String::new() };
        let _ = write!(text, "\n{open} open{which}\n{}", connections(&reply.connections).text());
    }
    text
}

fn head(reply: &StatusReply) -> String {
    let status = &reply.status;
    let up = number(status, "uptime_seconds");
    let mut text = format!(
        "pipeferry {}, {}, pid {}, up {}\n",
        word(status, "version"),
        word(status, "state"),
        reply.pid,
        age(up as f64)
    );
    text += &sandbox(&status["sandbox"]);
    let last = &status["last_reload"];
    if last.is_object() {
        let (at, trigger) = (word(last, "at"), word(last, "trigger"));
        let how = match last["error"].as_str() {
            Some(error) => format!("failed: {}", plain(error)),
            None => "in force".to_owned(),
        };
        let _ = writeln!(text, "last reload {at} ({trigger}), {how}");
    }
    text
}

/// What the process has given up; nothing of a daemon that does not tell, or on
/// a system that has no such thing.
fn sandbox(sandbox: &Value) -> String {
    let mode = word(sandbox, "mode");
    if mode.is_empty() || mode == "none" {
        return String::new();
    }
    if mode == "off" {
        return "sandbox off\n".to_owned();
    }
    let files = match sandbox["landlock"].as_u64() {
        Some(abi) if sandbox["ports"] == true => format!("files and ports by Landlock {abi}"),
        Some(abi) => format!("files by Landlock {abi}"),
        None => "files not limited".to_owned(),
    };
    let privileges =
        if sandbox["no_new_privs"] == true { "no new privileges" } else { "NEW PRIVILEGES" };
    let kept = sandbox["capabilities"].as_array().into_iter().flatten();
    let kept: Vec<_> = kept.filter_map(Value::as_str).map(plain).collect();
    let kept = if kept.is_empty() { "no capabilities".to_owned() } else { kept.join(" ") };
    format!("sandbox {}: {files}, {privileges}, {kept}\n", plain(&mode))
}

fn bridges(status: &Value) -> Table {
    let head = [
        "BRIDGE",
        "STATE",
        "MODE",
        "OPEN",
        "WAITING",
        "TO TARGET",
        "TO CLIENT",
        "LISTEN",
        "CONNECT",
    ];
    let mut table = Table::new(&head, &[3, 4, 5, 6]);
    for one in status["bridges"].as_array().into_iter().flatten() {
        let bytes = |way: &str| Bytes(number(&one[way], "bytes")).to_string();
        table.row(vec![
            word(one, "name"),
            word(one, "state"),
            word(one, "mode"),
            number(one, "open").to_string(),
            number(one, "waiting").to_string(),
            bytes("to_target"),
            bytes("to_client"),
            word(one, "listen"),
            word(one, "connect"),
        ]);
    }
    table
}

/// Of the bridges that have several.
fn targets(status: &Value) -> Option<Table> {
    let head = ["TARGET", "BRIDGE", "STATE", "OPEN", "FAILURES", "AGAIN IN", "WHY"];
    let mut table = Table::new(&head, &[3, 4, 5]);
    let mut any = false;
    for bridge in status["bridges"].as_array().into_iter().flatten() {
        for one in bridge["targets"].as_array().into_iter().flatten() {
            any = true;
            let up = one["up"].as_bool().unwrap_or(true);
            let again = one["retry_seconds"].as_u64();
            table.row(vec![
                word(one, "address"),
                word(bridge, "name"),
                if up { "up" } else { "down" }.to_owned(),
                number(one, "open").to_string(),
                number(one, "failures").to_string(),
                again.map(|seconds| age(seconds as f64)).unwrap_or_default(),
                word(one, "error"),
            ]);
        }
    }
    any.then_some(table)
}

fn certificates(status: &Value) -> Option<Table> {
    let mut table = Table::new(&["CERTIFICATE", "DAYS LEFT", "ENDS"], &[1]);
    let all = status["identities"].as_array().filter(|all| !all.is_empty())?;
    for one in all {
        let days = one["days_left"].as_i64().unwrap_or_default();
        table.row(vec![word(one, "name"), days.to_string(), word(one, "not_after")]);
    }
    Some(table)
}

fn connections(all: &[ConnectionStatus]) -> Table {
    let head = ["ID", "BRIDGE", "AGE", "TO TARGET", "TO CLIENT", "CLIENT", "IDENTITY"];
    let mut table = Table::new(&head, &[2, 3, 4]);
    for one in all {
        table.row(vec![
            one.id.clone(),
            one.bridge.clone(),
            age(one.seconds),
            Bytes(one.bytes_to_target).to_string(),
            Bytes(one.bytes_to_client).to_string(),
            one.client.clone(),
            one.identity.clone().unwrap_or_default(),
        ]);
    }
    table
}

/// In whole seconds, and the two largest units.
pub(in crate::cli) fn age(seconds: f64) -> String {
    let whole = Duration::from_secs(seconds.max(0.0) as u64);
    let text = humantime::format_duration(whole).to_string();
    text.split(' ').take(2).collect::<Vec<_>>().join(" ")
}

/// A field's text; nothing where there is none.
pub(in crate::cli) fn word(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

/// A field's number; 0 where there is none.
pub(in crate::cli) fn number(value: &Value, key: &str) -> u64 {
    value[key].as_u64().unwrap_or_default()
}

//! The page's tables as the server writes them.

use std::fmt::{self, Display, Write};
use std::time::Duration;

use super::{Bytes, Text};
use crate::gateway::admin::history::History;
use crate::gateway::admin::status::{
    BridgeState, BridgeStatus, IdentityStatus, ReloadStatus, TargetStatus,
};
use crate::gateway::control::ConnectionStatus;

/// Under so many days, a certificate is marked.
const SOON: i64 = 14;

/// Outcomes that somebody should look at.
const FAULTS: [&str; 6] =
    ["bad_frame", "denied", "dial_failed", "handshake_failed", "oversize", "target_gone"];

pub(super) fn bridges(bridges: &[BridgeStatus], history: &History) -> String {
    written(bridges, |out, bridge| write_bridge(out, bridge, history))
}

pub(super) fn clients(clients: &[ConnectionStatus]) -> String {
    written(clients, write_client)
}

pub(super) fn certificates(identities: &[IdentityStatus]) -> String {
    written(identities, write_identity)
}

pub(super) fn reload(last: Option<&ReloadStatus>) -> String {
    let Some(last) = last else {
        return "<span class=\"dim\">none since the start</span>".to_owned();
    };
    let (mark, word) = if last.error.is_some() { ("bad", "failed") } else { ("good", "in force") };
    let mut out = format!(
        "<span class=\"badge {mark}\">{word}</span> {}, <time>{}</time>",
        Text(&last.trigger),
        last.at.replace('T', " "),
    );
    if let Some(error) = &last.error {
        // Writing to a String can not fail.
        let _ = write!(out, "<p class=\"why bad\">{}</p>", Text(error));
    }
    out
}

fn written<T>(items: &[T], row: impl Fn(&mut String, &T) -> fmt::Result) -> String {
    let mut out = String::new();
    for item in items {
        // Writing to a String can not fail.
        let _ = row(&mut out, item);
    }
    out
}

fn write_bridge(out: &mut String, bridge: &BridgeStatus, history: &History) -> fmt::Result {
    let (word, mark) = match bridge.state {
        BridgeState::Listening => ("listening", "good"),
        BridgeState::NotBound => ("not bound", "bad"),
        BridgeState::Closed => ("closed", "warn"),
    };
    let (traffic, rate) = (&bridge.traffic, history.now(&bridge.name));
    write!(
        out,
        "<tr><td><b>{}</b> <span class=\"dim\">{}</span><span class=\"way dim\">{} &rarr; {}</span>",
        Text(&bridge.name),
        bridge.mode,
        Text(&bridge.listen),
        Text(&bridge.connect),
    )?;
    if let Some(error) = &bridge.error {
        write!(out, "<span class=\"why bad\">{}</span>", Text(error))?;
    }
    out.push_str("<span class=\"targets dim\">");
    bridge.targets.iter().try_for_each(|target| write_target(out, target))?;
    write!(out, "</span></td><td><span class=\"badge {mark}\">{word}</span></td>")?;
    write_number(out, traffic.open)?;
    write_number(out, traffic.waiting)?;
    write_number(out, format_args!("{}/s", Bytes(rate.to_target)))?;
    write_number(out, format_args!("{}/s", Bytes(rate.to_client)))?;
    write_number(out, Bytes(traffic.to_target.bytes.saturating_add(traffic.to_client.bytes)))?;
    let ended = traffic.ended.iter().filter(|(_, count)| **count > 0);
    let ended: Vec<_> = ended.map(|(word, count)| outcome(word, *count)).collect();
    writeln!(out, "<td class=\"wide dim\">{}</td></tr>", ended.join(", "))
}

/// One of several targets, and why it is left alone.
fn write_target(out: &mut String, target: &TargetStatus) -> fmt::Result {
    let (word, mark) = if target.up { ("up", "good") } else { ("left alone", "bad") };
    write!(
        out,
        "<span><span class=\"{mark}\">{word}</span> {}, {} open",
        Text(&target.address),
        target.open
    )?;
    if let Some(error) = &target.error {
        write!(out, ": {}", Text(error))?;
    }
    out.write_str("</span>")
}

/// How often connections ended so; marked where somebody should look at it.
fn outcome(word: &str, count: u64) -> String {
    let mark = if FAULTS.contains(&word) { "warn" } else { "" };
    format!("<span class=\"{mark}\">{} {count}</span>", word.replace('_', " "))
}

fn write_client(out: &mut String, client: &ConnectionStatus) -> fmt::Result {
    let age = Duration::from_secs(client.seconds as u64);
    write!(
        out,
        "<tr><td class=\"wide\">{}</td><td class=\"wide\">{}</td><td>{}</td>",
        Text(&client.client),
        Text(client.identity.as_deref().unwrap_or_default()),
        Text(&client.bridge),
    )?;
    write_number(out, humantime::format_duration(age))?;
    write_number(out, Bytes(client.bytes_to_target))?;
    write_number(out, Bytes(client.bytes_to_client))?;
    writeln!(out, "<td class=\"id\">{}</td></tr>", Text(&client.id))
}

fn write_identity(out: &mut String, identity: &IdentityStatus) -> fmt::Result {
    let mark = match identity.days_left {
        ..0 => "bad",
        0..SOON => "warn",
        _ => "good",
    };
    writeln!(
        out,
        "<tr><td>{}</td><td>{}</td><td class=\"n {mark}\">{}</td></tr>",
        Text(&identity.name),
        identity.not_after.replace('T', " "),
        identity.days_left,
    )
}

fn write_number(out: &mut String, value: impl Display) -> fmt::Result {
    write!(out, "<td class=\"n\">{value}</td>")
}

//! What is shown: the last answer, rates since the one before, and which rows
//! in which order.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::time::Instant;

use serde_json::Value;

use crate::cli::control::{age, number, word};
use crate::gateway::control::{ConnectionStatus, StatusReply};

/// Payload bytes, or bytes a second: to the target, to the client.
pub(super) type Ways = (u64, u64);

/// By what connections are sorted.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    #[default]
    Rate,
    Bytes,
    Age,
    Bridge,
    Client,
}

impl Sort {
    pub fn word(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Bytes => "bytes",
            Self::Age => "age",
            Self::Bridge => "bridge",
            Self::Client => "client",
        }
    }

    fn next(self) -> Self {
        match self {
            Self::Rate => Self::Bytes,
            Self::Bytes => Self::Age,
            Self::Age => Self::Bridge,
            Self::Bridge => Self::Client,
            Self::Client => Self::Rate,
        }
    }
}

/// A bridge.
#[derive(Debug, Clone, Default)]
pub(super) struct Bridge {
    pub name: String,
    pub state: String,
    pub mode: String,
    pub open: u64,
    pub waiting: u64,
    pub rate: Ways,
    pub moved: Ways,
    pub way: String,
}

/// A connection.
#[derive(Debug, Clone, Default)]
pub(super) struct Connection {
    pub id: String,
    pub bridge: String,
    pub client: String,
    pub identity: String,
    pub seconds: f64,
    pub rate: Ways,
    pub moved: Ways,
}

/// All that is shown.
#[derive(Debug, Default)]
pub(super) struct State {
    pub head: String,
    pub bridges: Vec<Bridge>,
    /// Those that pass the filter, sorted.
    pub shown: Vec<Connection>,
    pub open: usize,
    pub error: Option<String>,
    pub typing: bool,
    pub paused: bool,
    pub offset: usize,
    pub sort: Sort,
    reversed: bool,
    filter: String,
    all: Vec<Connection>,
    before: Option<(Instant, HashMap<String, Ways>)>,
}

impl State {
    /// Takes an answer that came at `now`, unless the show is halted.
    pub fn take(&mut self, reply: StatusReply, now: Instant) {
        if self.paused {
            return;
        }
        self.error = None;
        let before = self.before.take();
        let rate = |key: &str, moved: Ways| {
            let (at, then) = before.as_ref()?;
            let (up, down) = then.get(key)?;
            let seconds = now.duration_since(*at).as_secs_f64().max(0.001);
            let rate = |now: u64, then: u64| (now.saturating_sub(then) as f64 / seconds) as u64;
            Some((rate(moved.0, *up), rate(moved.1, *down)))
        };
        let mut bridges = bridges(&reply.status);
        let mut all = connections(&reply);
        let mut then = HashMap::new();
        for one in &mut bridges {
            let key = format!("bridge {}", one.name);
            one.rate = rate(&key, one.moved).unwrap_or_default();
            then.insert(key, one.moved);
        }
        for one in &mut all {
            one.rate = rate(&one.id, one.moved).unwrap_or_default();
            then.insert(one.id.clone(), one.moved);
        }
        self.head = head(&reply);
        (self.open, self.bridges, self.all) = (reply.open, bridges, all);
        self.before = Some((now, then));
        self.arrange();
    }

    /// The daemon did not answer.
    pub fn lost(&mut self, why: &str) {
        self.error = why.lines().next().map(str::to_owned);
    }

    pub fn filter(&self) -> &str {
        &self.filter
    }

    pub fn set_filter(&mut self, filter: String) {
        self.filter = filter;
        self.offset = 0;
        self.arrange();
    }

    pub fn sort_next(&mut self) {
        self.sort = self.sort.next();
        self.arrange();
    }

    pub fn reverse(&mut self) {
        self.reversed = !self.reversed;
        self.arrange();
    }

    pub fn scroll(&mut self, by: isize) {
        let last = self.shown.len().saturating_sub(1);
        self.offset = self.offset.saturating_add_signed(by).min(last);
    }

    fn arrange(&mut self) {
        let wanted = self.filter.to_lowercase();
        let passes = |one: &&Connection| {
            [&one.id, &one.bridge, &one.client, &one.identity]
                .iter()
                .any(|field| field.to_lowercase().contains(&wanted))
        };
        self.shown = self.all.iter().filter(passes).cloned().collect();
        let (sort, reversed) = (self.sort, self.reversed);
        self.shown.sort_by(|one, other| {
            let order = compare(sort, one, other).then_with(|| one.id.cmp(&other.id));
            if reversed { order.reverse() } else { order }
        });
        self.scroll(0);
    }
}

/// The most of it first; names from A on.
fn compare(sort: Sort, one: &Connection, other: &Connection) -> Ordering {
    let sum = |(up, down): Ways| up.saturating_add(down);
    match sort {
        Sort::Rate => sum(other.rate).cmp(&sum(one.rate)),
        Sort::Bytes => sum(other.moved).cmp(&sum(one.moved)),
        Sort::Age => other.seconds.total_cmp(&one.seconds),
        Sort::Bridge => one.bridge.cmp(&other.bridge),
        Sort::Client => one.client.cmp(&other.client),
    }
}

fn head(reply: &StatusReply) -> String {
    let status = &reply.status;
    let up = age(number(status, "uptime_seconds") as f64);
    let (version, state) = (word(status, "version"), word(status, "state"));
    let mut head = format!("pipeferry {version}  {state}  pid {}  up {up}", reply.pid);
    match (status["last_reload"]["at"].as_str(), status["last_reload"]["error"].as_str()) {
        (Some(at), None) => head += &format!("  reloaded {at}"),
        (Some(at), Some(_)) => head += &format!("  reload FAILED {at}"),
        _ => {}
    }
    head
}

fn bridges(status: &Value) -> Vec<Bridge> {
    let all = status["bridges"].as_array().map_or(&[][..], Vec::as_slice);
    let bridge = |one: &Value| Bridge {
        name: word(one, "name"),
        state: word(one, "state"),
        mode: word(one, "mode"),
        open: number(one, "open"),
        waiting: number(one, "waiting"),
        rate: (0, 0),
        moved: (number(&one["to_target"], "bytes"), number(&one["to_client"], "bytes")),
        way: format!("{} -> {}", word(one, "listen"), word(one, "connect")),
    };
    all.iter().map(bridge).collect()
}

fn connections(reply: &StatusReply) -> Vec<Connection> {
    let connection = |one: &ConnectionStatus| Connection {
        id: one.id.clone(),
        bridge: one.bridge.clone(),
        client: one.client.clone(),
        identity: one.identity.clone().unwrap_or_default(),
        seconds: one.seconds,
        rate: (0, 0),
        moved: (one.bytes_to_target, one.bytes_to_client),
    };
    reply.connections.iter().map(connection).collect()
}

#[cfg(test)]
mod tests;

//! Log lines, and the one line a connection leaves.

use serde_json::Value;

/// One JSON log line.
#[derive(Debug, Clone)]
pub struct Line(Value);

impl Line {
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().filter(Value::is_object).map(Self)
    }

    /// A field of the event, whether they stand in `fields` or at the top.
    pub fn field(&self, name: &str) -> &Value {
        match self.0.get("fields") {
            Some(fields) => &fields[name],
            None => &self.0[name],
        }
    }

    pub fn text(&self, name: &str) -> &str {
        self.field(name).as_str().unwrap_or_default()
    }

    pub fn message(&self) -> &str {
        self.text("message")
    }

    pub fn level(&self) -> &str {
        self.0["level"].as_str().unwrap_or_default()
    }
}

/// The line that a connection leaves when it ends.
#[derive(Debug, Clone)]
pub struct Record {
    pub line: Line,
    pub bridge: String,
    pub outcome: String,
    pub to_target: u64,
    pub to_client: u64,
}

impl Record {
    pub fn of(line: &Line) -> Option<Self> {
        (line.message() == "connection ended").then(|| Self {
            line: line.clone(),
            bridge: line.text("bridge").to_owned(),
            outcome: line.text("outcome").to_owned(),
            to_target: line.field("bytes_to_target").as_u64().unwrap(),
            to_client: line.field("bytes_to_client").as_u64().unwrap(),
        })
    }

    pub fn text(&self, name: &str) -> &str {
        self.line.text(name)
    }

    pub fn number(&self, name: &str) -> Option<u64> {
        self.line.field(name).as_u64()
    }
}

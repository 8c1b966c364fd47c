//! The page for people: what runs, what it carries, who is there.
//!
//! One file that loads nothing. It is whole without its script, which only
//! refreshes it and draws; it follows the reader's choice of light or dark. Every
//! text that comes from elsewhere is escaped here and put in as text there:
//! a client chooses what its certificate says.

mod rows;

use std::fmt::{self, Display, Write};
use std::sync::LazyLock;
use std::time::Duration;

use super::history::History;
use super::page_data::PageData;
use super::status::{GatewayState, Status};

/// The page, with `{{names}}` where what changes goes.
const FRAME: &str = include_str!("page/frame.html");
const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = concat!(
    include_str!("page/script/words.js"),
    include_str!("page/script/past.js"),
    include_str!("page/script/charts.js"),
    include_str!("page/script/tables.js"),
    include_str!("page/script/refresh.js"),
);

/// The page's own style and script, the answers of this server, and nothing
/// else.
pub(super) static POLICY: LazyLock<String> = LazyLock::new(|| {
    format!(
        "default-src 'none'; style-src {}; script-src {}; connect-src 'self'; img-src data:; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        source(STYLE),
        source(SCRIPT),
    )
});

/// What lets `text` in, by Content Security Policy 3 (2.3.1, hash-source).
fn source(text: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    format!("'sha256-{}'", data_encoding::BASE64.encode(digest.as_ref()))
}

/// The page for what `data` says.
pub(super) fn render(data: &PageData, history: &History) -> String {
    let mut out = String::with_capacity(64 << 10);
    for (index, piece) in FRAME.split("{{").enumerate() {
        match piece.split_once("}}") {
            Some((name, rest)) if index > 0 => {
                fill(&mut out, name, data, history);
                out.push_str(rest);
            }
            _ => out.push_str(piece),
        }
    }
    out
}

fn fill(out: &mut String, name: &str, data: &PageData, history: &History) {
    let status = &data.status;
    let (state, mark) = state(status.state);
    let uptime = Duration::from_secs(status.uptime_seconds);
    out.push_str(&match name {
        "style" => STYLE.to_owned(),
        "script" => SCRIPT.to_owned(),
        "state" => state.to_owned(),
        "state-mark" => mark.to_owned(),
        "version" => status.version.to_owned(),
        "uptime" => humantime::format_duration(uptime).to_string(),
        "bridges" => rows::bridges(&status.bridges, history),
        "clients" => rows::clients(&data.connections.shown),
        "clients-note" => Text(&data.note).to_string(),
        "certificates" => rows::certificates(&status.identities),
        "reload" => rows::reload(status.last_reload.as_ref()),
        total => in_all(total, status, history),
    });
}

/// A number of all bridges together.
fn in_all(name: &str, status: &Status, history: &History) -> String {
    let traffic = || status.bridges.iter().map(|bridge| &bridge.traffic);
    let now = history.all_now();
    match name {
        "open" => traffic().map(|one| one.open).sum::<u64>().to_string(),
        "waiting" => traffic().map(|one| one.waiting).sum::<u64>().to_string(),
        "new" => format!("{:.1}", now.connections),
        "to-target" => format!("{}/s", Bytes(now.to_target)),
        "to-client" => format!("{}/s", Bytes(now.to_client)),
        // The frame has no other.
        _ => String::new(),
    }
}

fn state(state: GatewayState) -> (&'static str, &'static str) {
    match state {
        GatewayState::Starting => ("starting", "warn"),
        GatewayState::Running => ("running", "good"),
        GatewayState::Draining => ("draining", "warn"),
    }
}

/// Text in HTML.
struct Text<'a>(&'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// Bytes for people, in powers of 1024.
pub struct Bytes(pub u64);

impl Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        if self.0 < 1024 {
            return write!(f, "{} B", self.0);
        }
        let power = self.0.ilog2() / 10;
        let value = self.0 as f64 / (1_u64 << (10 * power)) as f64;
        write!(f, "{value:.1} {}", UNITS[power as usize - 1])
    }
}

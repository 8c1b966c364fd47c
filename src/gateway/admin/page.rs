//! The page for people: the same as `/status`, to look at.
//!
//! One file that loads nothing, needs no script, and follows the reader's choice
//! of light or dark. Every name in it is escaped, though all come from the
//! configuration.

use std::fmt::{self, Display, Write};
use std::time::Duration;

use super::status::{BridgeState, BridgeStatus, GatewayState, IdentityStatus, Status};

const HEAD: &str = include_str!("page/head.html");

/// Under so many days, a certificate is marked.
const SOON: i64 = 14;

/// The page for `status`.
pub(super) fn render(status: &Status) -> String {
    let mut out = String::with_capacity(8 << 10);
    // Writing to a String can not fail.
    let _ = write_page(&mut out, status);
    out
}

fn write_page(out: &mut String, status: &Status) -> fmt::Result {
    let (word, mark) = match status.state {
        GatewayState::Starting => ("starting", "warn"),
        GatewayState::Running => ("running", "good"),
        GatewayState::Draining => ("draining", "warn"),
    };
    let uptime = humantime::format_duration(Duration::from_secs(status.uptime_seconds));
    out.push_str(HEAD);
    write!(
        out,
        "<header><h1>pipeferry</h1><span class=\"{mark}\">{word}</span>\
         <p>version {}, up {uptime}</p></header>\n<main>\n<h2>Bridges</h2>\n",
        status.version,
    )?;
    for bridge in &status.bridges {
        write_bridge(out, bridge)?;
    }
    if !status.identities.is_empty() {
        write_identities(out, &status.identities)?;
    }
    out.push_str(
        "</main>\n<footer><a href=\"/metrics\">metrics</a> <a href=\"/status\">status</a> \
         <a href=\"/readyz\">readyz</a> <a href=\"/livez\">livez</a></footer>\n</body>\n</html>\n",
    );
    Ok(())
}

fn write_bridge(out: &mut String, bridge: &BridgeStatus) -> fmt::Result {
    let (word, mark) = match bridge.state {
        BridgeState::Listening => ("listening", "good"),
        BridgeState::NotBound => ("not bound", "bad"),
        BridgeState::Closed => ("closed", "warn"),
    };
    let traffic = &bridge.traffic;
    write!(
        out,
        "<section>\n<h3>{} <span class=\"{mark}\">{word}</span></h3>\n\
         <p class=\"way\"><code>{}</code> &rarr; <code>{}</code> <small>{}</small></p>\n",
        Text(&bridge.name),
        Text(&bridge.listen),
        Text(&bridge.connect),
        bridge.mode,
    )?;
    if let Some(error) = &bridge.error {
        writeln!(out, "<p class=\"bad\">{}</p>", Text(error))?;
    }
    out.push_str("<dl>");
    write_number(out, "open", traffic.open)?;
    write_number(out, "waiting", traffic.waiting)?;
    write_number(out, "to target", Bytes(traffic.to_target.bytes))?;
    write_number(out, "to client", Bytes(traffic.to_client.bytes))?;
    if bridge.mode == "message" {
        write_number(out, "messages to target", traffic.to_target.messages)?;
        write_number(out, "messages to client", traffic.to_client.messages)?;
    }
    if traffic.accept_errors > 0 {
        write_number(out, "accept errors", traffic.accept_errors)?;
    }
    for (outcome, count) in traffic.ended.iter().filter(|(_, count)| **count > 0) {
        write_number(out, outcome, count)?;
    }
    out.push_str("</dl>\n</section>\n");
    Ok(())
}

fn write_number(out: &mut String, name: &str, value: impl Display) -> fmt::Result {
    write!(out, "<div><dt>{name}</dt><dd>{value}</dd></div>")
}

fn write_identities(out: &mut String, identities: &[IdentityStatus]) -> fmt::Result {
    out.push_str(
        "<h2>Certificates</h2>\n<table>\n<tr><th>identity</th><th>ends</th><th>days left</th></tr>\n",
    );
    for identity in identities {
        let mark = match identity.days_left {
            ..0 => "bad",
            0..SOON => "warn",
            _ => "good",
        };
        writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td><span class=\"{mark}\">{}</span></td></tr>",
            Text(&identity.name),
            identity.not_after,
            identity.days_left,
        )?;
    }
    out.push_str("</table>\n");
    Ok(())
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

//! What we keep ourselves, in Prometheus' text format, version 0.0.4.

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::sync::Arc;

use super::names::{
    self, CERTIFICATE_EXPIRY, MESSAGE_SIZE_BYTES, TARGET_CONNECTIONS_OPEN, TARGET_FAILURES_TOTAL,
    TARGET_UP,
};
use super::sizes::{BOUNDS, SizeSnapshot};
use super::target::TargetMeter;

/// Appends the histograms of all bridges to `out`; nothing when there are none.
pub(super) fn write_sizes<'a>(
    out: &mut String,
    bridges: impl Iterator<Item = (&'a str, SizeSnapshot)>,
) -> fmt::Result {
    let mut bridges = bridges.peekable();
    if bridges.peek().is_none() {
        return Ok(());
    }
    write_head(out, MESSAGE_SIZE_BYTES, "histogram")?;
    for (bridge, sizes) in bridges {
        write_one(out, &Escaped(bridge), &sizes)?;
    }
    out.write_char('\n')
}

/// Appends the ends of certificates, by identity; nothing when there are none.
pub(super) fn write_certificates(out: &mut String, ends: &BTreeMap<String, i64>) -> fmt::Result {
    if ends.is_empty() {
        return Ok(());
    }
    write_head(out, CERTIFICATE_EXPIRY, "gauge")?;
    for (identity, end) in ends {
        writeln!(out, "{CERTIFICATE_EXPIRY}{{identity=\"{}\"}} {end}", Escaped(identity))?;
    }
    out.write_char('\n')
}

/// Appends the targets of the bridges that have several; nothing when there are
/// none.
pub(super) fn write_targets(
    out: &mut String,
    bridges: &[(&str, Vec<Arc<TargetMeter>>)],
) -> fmt::Result {
    type Value = fn(&TargetMeter) -> u64;
    let series: [(&str, &str, Value); 3] = [
        (TARGET_UP, "gauge", |target| u64::from(target.is_up())),
        (TARGET_CONNECTIONS_OPEN, "gauge", TargetMeter::open_now),
        (TARGET_FAILURES_TOTAL, "counter", TargetMeter::failures),
    ];
    if bridges.iter().all(|(_, targets)| targets.is_empty()) {
        return Ok(());
    }
    for (name, kind, value) in series {
        write_head(out, name, kind)?;
        for (bridge, targets) in bridges {
            for target in targets {
                let (bridge, address) = (Escaped(bridge), Escaped(target.address()));
                let value = value(target);
                writeln!(out, "{name}{{bridge=\"{bridge}\",target=\"{address}\"}} {value}")?;
            }
        }
        out.write_char('\n')?;
    }
    Ok(())
}

/// What stands before the samples of a metric.
fn write_head(out: &mut String, name: &str, kind: &str) -> fmt::Result {
    writeln!(out, "# HELP {name} {}", names::help(name))?;
    writeln!(out, "# TYPE {name} {kind}")
}

fn write_one(out: &mut String, bridge: &Escaped<'_>, sizes: &SizeSnapshot) -> fmt::Result {
    const NAME: &str = MESSAGE_SIZE_BYTES;
    let mut below = 0;
    for (bound, count) in BOUNDS.iter().zip(&sizes.counts) {
        below += count;
        writeln!(out, "{NAME}_bucket{{bridge=\"{bridge}\",le=\"{bound}\"}} {below}")?;
    }
    let all: u64 = sizes.counts.iter().sum();
    writeln!(out, "{NAME}_bucket{{bridge=\"{bridge}\",le=\"+Inf\"}} {all}")?;
    writeln!(out, "{NAME}_sum{{bridge=\"{bridge}\"}} {}", sizes.bytes)?;
    writeln!(out, "{NAME}_count{{bridge=\"{bridge}\"}} {all}")
}

/// A label's value as the format wants it: backslash, quote and line feed
/// escaped.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '\\' => f.write_str("\\\\")?,
                '"' => f.write_str("\\\"")?,
                '\n' => f.write_str("\\n")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

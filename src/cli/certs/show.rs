//! `certs show`: the authority's folder, or any files.

mod files;
mod folder;
mod text;

use std::io::Write;

use serde::Serialize;

use super::args::Show;
use super::folder::password;

pub(super) fn run(args: &Show, now: u64, out: &mut dyn Write) -> anyhow::Result<()> {
    if args.files.is_empty() {
        let listing = folder::list(&args.folder.dir, now)?;
        return if args.json { json(&listing, out) } else { text::listing(&listing, out) };
    }
    let password = password(args.password_file.as_deref())?;
    let mut shown = Vec::new();
    for path in &args.files {
        shown.push(files::inspect(path, &password, now)?);
    }
    if args.json { json(&shown, out) } else { text::files(&shown, out) }
}

fn json(value: &impl Serialize, out: &mut dyn Write) -> anyhow::Result<()> {
    writeln!(out, "{}", serde_json::to_string_pretty(value)?)?;
    Ok(())
}

/// One certificate, whoever made it.
#[derive(Debug, Serialize)]
struct Certificate {
    subject: String,
    issuer: String,
    /// As `dns:example.com`.
    names: Vec<String>,
    /// `server`, `client`, `both`, `authority` or `any`.
    #[serde(rename = "use")]
    usage: String,
    serial: String,
    /// SHA-256 of the key, as the `spki` of a rule takes it.
    spki: String,
    not_before: String,
    not_after: String,
    /// Negative when it has ended.
    days_left: i64,
}

#[derive(Debug, Serialize)]
struct Crl {
    issuer: String,
    number: Option<String>,
    next_update: Option<String>,
    days_left: Option<i64>,
    revoked: usize,
}

//! The same for people.

use std::io::Write;

use clap::ValueEnum;

use super::super::index::Revocation;
use super::files::{Inspected, Item};
use super::folder::{Issued, Listing};
use super::{Certificate, Crl};
use crate::cli::table::Table;
use crate::telemetry::rfc3339;

/// A CRL with fewer days left than this is worth a word.
const CRL_SOON: i64 = 7;

pub(super) fn listing(listing: &Listing, out: &mut dyn Write) -> anyhow::Result<()> {
    let ca = &listing.authority;
    writeln!(out, "authority  {}  serial {}  {}", ca.subject, ca.serial, left(ca.days_left))?;
    match &listing.crl {
        Some(list) => crl(list, out)?,
        None => writeln!(out, "crl        none; make one with `pipeferry certs crl`")?,
    }
    writeln!(out)?;
    if listing.certificates.is_empty() {
        writeln!(out, "Nothing has been issued yet.")?;
        return Ok(());
    }
    let mut table = Table::new(&["NAME", "STATE", "LEFT", "USE", "SERIAL", "NAMES"], &[]);
    listing.certificates.iter().for_each(|issued| table.row(row(issued)));
    out.write_all(table.text().as_bytes())?;
    Ok(())
}

pub(super) fn files(shown: &[Inspected], out: &mut dyn Write) -> anyhow::Result<()> {
    for (at, file) in shown.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{}", file.file)?;
        for item in &file.content {
            match item {
                Item::Certificate(shown) => certificate(shown, out)?,
                Item::Crl(shown) => crl(shown, out)?,
                Item::PrivateKey => writeln!(out, "private key")?,
                Item::Other { label } => writeln!(out, "{label}")?,
            }
        }
    }
    Ok(())
}

fn certificate(shown: &Certificate, out: &mut dyn Write) -> anyhow::Result<()> {
    writeln!(out, "certificate  {}", shown.subject)?;
    let names = if shown.names.is_empty() { "none".into() } else { shown.names.join(" ") };
    writeln!(out, "  issuer   {}", shown.issuer)?;
    writeln!(out, "  names    {names}")?;
    writeln!(out, "  use      {}", shown.usage)?;
    writeln!(out, "  serial   {}", shown.serial)?;
    writeln!(out, "  spki     {}", shown.spki)?;
    writeln!(
        out,
        "  valid    {} to {}, {}",
        shown.not_before,
        shown.not_after,
        left(shown.days_left)
    )?;
    Ok(())
}

fn crl(list: &Crl, out: &mut dyn Write) -> anyhow::Result<()> {
    let number = list.number.as_deref().unwrap_or("none");
    write!(out, "crl        {}  number {number}  {} revoked", list.issuer, list.revoked)?;
    match list.days_left {
        None => writeln!(out, "  never runs out")?,
        Some(days) if days < CRL_SOON => {
            writeln!(out, "  {}: renew it with `pipeferry certs crl`", left(days))?;
        }
        Some(days) => writeln!(out, "  {}", left(days))?,
    }
    Ok(())
}

fn row(issued: &Issued) -> Vec<String> {
    let entry = &issued.entry;
    let state = match &entry.revoked {
        Some(Revocation { at, reason }) => {
            let reason = reason.to_possible_value().map(|v| v.get_name().to_owned());
            format!("revoked {} ({})", &rfc3339(*at)[..10], reason.unwrap_or_default())
        }
        None => issued.state.into(),
    };
    vec![
        entry.name.clone(),
        state,
        left(issued.days_left),
        entry.usage.word().into(),
        entry.serial.clone(),
        entry.names.join(" "),
    ]
}

fn left(days: i64) -> String {
    match days {
        days if days < 0 => "ended".into(),
        1 => "1 day".into(),
        _ => format!("{days} days"),
    }
}

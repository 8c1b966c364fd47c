//! `certs revoke` and `certs crl`

use std::io::Write;

use super::args::{Crl, Revoke};
use super::authority::{Authority, CRL};
use super::folder::Locked;
use super::index::{Entry, Index, Revocation};
use super::{DAY, usage};
use crate::telemetry::rfc3339;

pub(super) fn run(args: &Revoke, now: u64, out: &mut dyn Write) -> anyhow::Result<()> {
    let folder = Locked::open(&args.folder.dir)?;
    let authority = Authority::load(&folder)?;
    let mut index = Index::load(&folder)?;
    let revoked = mark(&mut index, args, now)?;
    authority.write_crl(&folder, &mut index, now, args.crl.crl_days)?;
    for entry in revoked {
        writeln!(out, "Revoked `{}`, serial {}.", entry.name, entry.serial)?;
    }
    report(&folder, &index, now + u64::from(args.crl.crl_days) * DAY, out)
}

pub(super) fn renew(args: &Crl, now: u64, out: &mut dyn Write) -> anyhow::Result<()> {
    let folder = Locked::open(&args.folder.dir)?;
    let authority = Authority::load(&folder)?;
    let mut index = Index::load(&folder)?;
    authority.write_crl(&folder, &mut index, now, args.crl.crl_days)?;
    report(&folder, &index, now + u64::from(args.crl.crl_days) * DAY, out)
}

/// Marks all certificates of the name, or the one of the serial, that are not
/// revoked yet. A name goes before a serial that looks the same.
fn mark(index: &mut Index, args: &Revoke, now: u64) -> anyhow::Result<Vec<Entry>> {
    let which = args.which.as_str();
    let by_name = index.certificates.iter().any(|entry| entry.name == which);
    let serial = which.replace(':', "").to_ascii_uppercase();
    let serial = serial.trim_start_matches('0');
    let mut known = false;
    let mut revoked = Vec::new();
    for entry in &mut index.certificates {
        let meant = if by_name {
            entry.name == which
        } else {
            entry.serial.trim_start_matches('0') == serial
        };
        known |= meant;
        if meant && entry.revoked.is_none() {
            entry.revoked = Some(Revocation { at: now, reason: args.reason });
            revoked.push(entry.clone());
        }
    }
    match (known, revoked.is_empty()) {
        (false, _) => Err(usage(format!(
            "this authority issued nothing with the name or serial `{}`; `pipeferry certs show` lists what it did",
            which.escape_debug()
        ))),
        (true, true) => Err(usage(format!("`{which}` is revoked already"))),
        _ => Ok(revoked),
    }
}

fn report(folder: &Locked, index: &Index, until: u64, out: &mut dyn Write) -> anyhow::Result<()> {
    let count = index.certificates.iter().filter(|entry| entry.revoked.is_some()).count();
    writeln!(
        out,
        "{} is list number {}, with {count} revoked, good until {}; copy it to every gateway that has it in `crl`.",
        folder.path(CRL).display(),
        index.crl_number,
        rfc3339(until)
    )?;
    Ok(())
}

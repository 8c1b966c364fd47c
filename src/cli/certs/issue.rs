//! `certs issue`

use std::io::Write;

use anyhow::Context;
use p12_keystore::{Certificate as P12Certificate, KeyStore, KeyStoreEntry};
use p12_keystore::{PrivateKey, PrivateKeyChain};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SanType, SerialNumber,
};

use super::args::Issue;
use super::authority::{self, Authority, moment};
use super::folder::{self, Locked, Readers};
use super::index::{Entry, Index, Usage};
use super::{DAY, names, usage};
use crate::access::serial_hex;
use crate::telemetry::rfc3339;

/// Certificates begin this many seconds ago, for peers whose clock is behind.
pub(super) const CLOCK_SKEW: u64 = 300;

pub(super) fn run(args: &Issue, now: u64, out: &mut dyn Write) -> anyhow::Result<()> {
    let alternative = checked_names(args)?;
    let password = folder::password(args.password_file.as_deref())?;
    let folder = Locked::open(&args.folder.dir)?;
    let authority = Authority::load(&folder)?;
    let mut index = Index::load(&folder)?;
    refuse_to_overwrite(args, &folder)?;

    let entry = entry(args, &alternative, &authority, now)?;
    let replaced = index.current_mut(&args.name).map(|old| {
        old.replaced = true;
        old.serial.clone()
    });
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let certificate = authority.sign(&params(args, &entry, alternative)?, &key)?;
    let store = match args.pkcs12 {
        true => Some(pkcs12(args, &authority, &certificate, &key, &password)?),
        false => None,
    };
    index.certificates.push(entry.clone());
    index.save(&folder)?;
    report(&entry, replaced.as_deref(), now, out)?;
    write_files(args, &folder, (&key, &certificate, store), out)
}

fn checked_names(args: &Issue) -> anyhow::Result<Vec<SanType>> {
    names::check_file_name(&args.name)?;
    if let Some(ou) = &args.ou {
        names::check_common_name(ou)?;
    }
    let alternative = names::alternative(args)?;
    if args.server && alternative.is_empty() {
        return Err(usage(format!(
            "`{}` is no host name, and a server needs one; name it with --dns or --ip",
            args.name
        )));
    }
    Ok(alternative)
}

fn write_files(
    args: &Issue,
    folder: &Locked,
    (key, certificate, store): (&KeyPair, &rcgen::Certificate, Option<Vec<u8>>),
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let name = |extension: &str| format!("{}.{extension}", args.name);
    let path = folder.write(&name("key"), key.serialize_pem(), Readers::Owner)?;
    writeln!(out, "  {}  for `key`", path.display())?;
    let path = folder.write(&name("pem"), certificate.pem(), Readers::Everybody)?;
    writeln!(out, "  {}  for `cert`", path.display())?;
    let path = folder.path(&name("p12"));
    if let Some(store) = store {
        folder.write(&name("p12"), store, Readers::Owner)?;
        writeln!(out, "  {}  for `pkcs12`", path.display())?;
    } else if path.exists() {
        let path = path.display();
        writeln!(out, "{path} still holds the old certificate; --pkcs12 renews it too.")?;
    }
    Ok(())
}

fn refuse_to_overwrite(args: &Issue, folder: &Locked) -> anyhow::Result<()> {
    if args.force {
        return Ok(());
    }
    for extension in ["pem", "key", "p12"] {
        let path = folder.path(&format!("{}.{extension}", args.name));
        if path.exists() {
            return Err(usage(format!(
                "{} exists already; --force replaces it, with a new key",
                path.display()
            )));
        }
    }
    Ok(())
}

/// What the index will say of the new certificate.
fn entry(
    args: &Issue,
    alternative: &[SanType],
    authority: &Authority,
    now: u64,
) -> anyhow::Result<Entry> {
    if now >= authority.not_after() {
        anyhow::bail!("the authority itself ended at {}", rfc3339(authority.not_after()));
    }
    Ok(Entry {
        name: args.name.clone(),
        serial: serial_hex(&authority::random_serial()?),
        issued: now,
        not_after: (now + u64::from(args.days) * DAY).min(authority.not_after()),
        usage: match (args.server, args.client) {
            (true, _) => Usage::Server,
            (_, true) => Usage::Client,
            _ => Usage::Both,
        },
        names: alternative.iter().map(names::written).collect(),
        replaced: false,
        revoked: None,
    })
}

fn params(
    args: &Issue,
    entry: &Entry,
    alternative: Vec<SanType>,
) -> anyhow::Result<CertificateParams> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    if let Some(ou) = &args.ou {
        params.distinguished_name.push(DnType::OrganizationalUnitName, ou.as_str());
    }
    params.distinguished_name.push(DnType::CommonName, args.name.as_str());
    params.subject_alt_names = alternative;
    let serial = names::serial_from_hex(&entry.serial);
    params.serial_number = Some(serial.context("the new serial is none")?);
    params.not_before = moment(entry.issued.saturating_sub(CLOCK_SKEW))?;
    params.not_after = moment(entry.not_after)?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = match entry.usage {
        Usage::Server => vec![ExtendedKeyUsagePurpose::ServerAuth],
        Usage::Client => vec![ExtendedKeyUsagePurpose::ClientAuth],
        Usage::Both => {
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth]
        }
    };
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

fn pkcs12(
    args: &Issue,
    authority: &Authority,
    certificate: &rcgen::Certificate,
    key: &KeyPair,
    password: &str,
) -> anyhow::Result<Vec<u8>> {
    let chain =
        [P12Certificate::from_der(certificate.der())?, P12Certificate::from_der(authority.der())?];
    let key = PrivateKey::from_der(key.serialized_der())?;
    let pair = PrivateKeyChain::new(SerialNumber::from(1u64).to_bytes(), key, chain);
    let mut store = KeyStore::new();
    store.add_entry(&args.name, KeyStoreEntry::PrivateKeyChain(pair));
    Ok(store.writer(password).write()?)
}

fn report(
    entry: &Entry,
    replaced: Option<&str>,
    now: u64,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let (name, serial, days) = (&entry.name, &entry.serial, (entry.not_after - now) / DAY);
    writeln!(
        out,
        "Issued `{name}`, serial {serial}, good until {} ({days} days).",
        rfc3339(entry.not_after)
    )?;
    if entry.names.is_empty() {
        writeln!(out, "It has no alternative name: good for clients, useless for servers.")?;
    }
    if let Some(old) = replaced {
        writeln!(
            out,
            "It replaces serial {old}, which stays good until it ends; `pipeferry certs revoke {old}` ends it now."
        )?;
    }
    Ok(())
}

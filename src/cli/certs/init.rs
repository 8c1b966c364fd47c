//! `certs init`

use std::io::Write;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, SerialNumber,
};

use super::args::Init;
use super::authority::{self, Authority, CRL, KEY, moment};
use super::folder::{CERTIFICATE, Locked, Readers};
use super::index::Index;
use super::{DAY, names, usage};
use crate::telemetry::rfc3339;

pub(super) fn run(args: &Init, now: u64, out: &mut dyn Write) -> anyhow::Result<()> {
    names::check_common_name(&args.name)?;
    let folder = Locked::create(&args.folder.dir)?;
    for file in [CERTIFICATE, KEY, CRL, "index.toml"] {
        let path = folder.path(file);
        if path.exists() {
            return Err(usage(format!(
                "{} exists already; an authority is never overwritten: name another folder with --dir, or move this one away",
                path.display()
            )));
        }
    }
    let not_after = now + u64::from(args.days) * DAY;
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let certificate = params(&args.name, now, not_after)?.self_signed(&key)?;
    folder.write(KEY, key.serialize_pem(), Readers::Owner)?;
    folder.write(CERTIFICATE, certificate.pem(), Readers::Everybody)?;
    let mut index = Index::default();
    Authority::load(&folder)?.write_crl(&folder, &mut index, now, args.crl.crl_days)?;

    report(args, &folder, not_after, out)
}

fn report(args: &Init, folder: &Locked, not_after: u64, out: &mut dyn Write) -> anyhow::Result<()> {
    let dir = args.folder.dir.display();
    writeln!(out, "Made the authority `{}`, good until {}:", args.name, rfc3339(not_after))?;
    writeln!(out, "  {}  for `trust`: give it to everybody", folder.path(CERTIFICATE).display())?;
    writeln!(out, "  {}  its private key: give it to nobody", folder.path(KEY).display())?;
    writeln!(
        out,
        "  {}  for `crl`: good for {} days, then `pipeferry certs crl --dir {dir}`",
        folder.path(CRL).display(),
        args.crl.crl_days
    )?;
    writeln!(out, "Next: pipeferry certs issue HOST --dir {dir}")?;
    Ok(())
}

fn params(name: &str, now: u64, not_after: u64) -> anyhow::Result<CertificateParams> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.serial_number = Some(SerialNumber::from(authority::random_serial()?));
    params.not_before = moment(now.saturating_sub(super::issue::CLOCK_SKEW))?;
    params.not_after = moment(not_after)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

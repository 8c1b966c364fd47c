//! The command line of `pipeferry certs`. What is said, not what it means.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// A small certificate authority: P-256 keys, client and server use, a CRL.
#[derive(Debug, Clone, Args)]
pub struct CertsArgs {
    #[command(subcommand)]
    pub(super) command: CertsCommand,
}

#[derive(Debug, Clone, Subcommand)]
pub(super) enum CertsCommand {
    /// Make a new authority: its certificate, its key and an empty CRL.
    Init(Init),
    /// Make a certificate and its key.
    Issue(Issue),
    /// Revoke a certificate and write the CRL anew.
    Revoke(Revoke),
    /// Write the CRL anew, so that it does not run out.
    Crl(Crl),
    /// List the authority and what it issued, or show files.
    Show(Show),
}

#[derive(Debug, Clone, Args)]
pub(super) struct Folder {
    /// The authority's folder.
    #[arg(long, value_name = "FOLDER", default_value = "certs")]
    pub(super) dir: PathBuf,
}

#[derive(Debug, Clone, Args)]
pub(super) struct CrlDays {
    /// How long the CRL is good for; while it has run out, whoever uses it
    /// refuses every certificate.
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub(super) crl_days: u32,
}

#[derive(Debug, Clone, Args)]
pub(super) struct Init {
    #[command(flatten)]
    pub(super) folder: Folder,
    /// The authority's common name.
    #[arg(long, default_value = "Pipeferry CA")]
    pub(super) name: String,
    /// How long the authority is good for.
    #[arg(long, default_value_t = 3650, value_parser = clap::value_parser!(u32).range(1..=36500))]
    pub(super) days: u32,
    #[command(flatten)]
    pub(super) crl: CrlDays,
}

#[derive(Debug, Clone, Args)]
pub(super) struct Issue {
    /// The common name, and the name of the files. Without any of --dns --ip
    /// --uri --email it is also the alternative name, if it is a host or an
    /// address.
    pub(super) name: String,
    #[command(flatten)]
    pub(super) folder: Folder,
    /// A host name in the certificate; `*.example.com` is allowed. Repeatable.
    #[arg(long, value_name = "HOST")]
    pub(super) dns: Vec<String>,
    /// An IP address in the certificate. Repeatable.
    #[arg(long, value_name = "ADDRESS")]
    pub(super) ip: Vec<IpAddr>,
    /// A URI in the certificate, such as spiffe://example.com/till/7. Repeatable.
    #[arg(long, value_name = "URI")]
    pub(super) uri: Vec<String>,
    /// An e-mail address in the certificate. Repeatable.
    #[arg(long, value_name = "ADDRESS")]
    pub(super) email: Vec<String>,
    /// The organizational unit in the subject.
    #[arg(long, value_name = "UNIT")]
    pub(super) ou: Option<String>,
    /// For listening only.
    #[arg(long, group = "use")]
    pub(super) server: bool,
    /// For dialling only.
    #[arg(long, group = "use")]
    pub(super) client: bool,
    /// For listening and dialling (the default).
    #[arg(long, group = "use")]
    pub(super) both: bool,
    /// How long the certificate is good for; never longer than the authority.
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=36500))]
    pub(super) days: u32,
    /// Write a PKCS#12 file too, with the authority's certificate in it.
    #[arg(long)]
    pub(super) pkcs12: bool,
    /// The PKCS#12 file's password is this file's first line; else it is empty.
    #[arg(long, value_name = "FILE", requires = "pkcs12")]
    pub(super) password_file: Option<PathBuf>,
    /// Replace a certificate of this name, with a new key. The old one stays
    /// good until it ends or is revoked by its serial.
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, Clone, Args)]
pub(super) struct Revoke {
    /// A name (all its certificates) or a serial number (that one).
    #[arg(value_name = "NAME|SERIAL")]
    pub(super) which: String,
    #[command(flatten)]
    pub(super) folder: Folder,
    /// Why, as the CRL tells it.
    #[arg(long, value_enum, default_value_t = Reason::Unspecified)]
    pub(super) reason: Reason,
    #[command(flatten)]
    pub(super) crl: CrlDays,
}

/// The reasons of RFC 5280, 5.3.1, that fit a certificate of such a CA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Reason {
    Unspecified,
    KeyCompromise,
    AffiliationChanged,
    Superseded,
    CessationOfOperation,
    PrivilegeWithdrawn,
}

#[derive(Debug, Clone, Args)]
pub(super) struct Crl {
    #[command(flatten)]
    pub(super) folder: Folder,
    #[command(flatten)]
    pub(super) crl: CrlDays,
}

#[derive(Debug, Clone, Args)]
pub(super) struct Show {
    /// Certificates, CRLs or PKCS#12 files; without any, the authority's folder.
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) folder: Folder,
    /// The PKCS#12 files' password is this file's first line; else it is empty.
    #[arg(long, value_name = "FILE")]
    pub(super) password_file: Option<PathBuf>,
    /// As JSON.
    #[arg(long)]
    pub(super) json: bool,
}

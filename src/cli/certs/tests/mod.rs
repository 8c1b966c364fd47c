//! The small authority, run in temporary folders and checked by OpenSSL.

#![allow(clippy::unwrap_used)]

mod init;
mod issue;
mod revoke;
mod show;

use std::path::PathBuf;
use std::process::{Command, Output};

use clap::Parser;
use tempfile::TempDir;

use super::{CertsArgs, exit_code, run_at};

#[derive(Parser)]
struct CommandLine {
    #[command(flatten)]
    certs: CertsArgs,
}

/// A folder with an authority in it, or not yet.
struct Site(TempDir);

impl Site {
    fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn new() -> Self {
        let site = Self::empty();
        site.run("init").unwrap();
        site
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join("certs").join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Runs a command line; the folder is added.
    fn run(&self, line: &str) -> anyhow::Result<String> {
        self.run_at(line, now())
    }

    fn run_at(&self, line: &str, now: u64) -> anyhow::Result<String> {
        let dir = self.path("");
        let words = ["certs"].into_iter().chain(line.split(' ')).map(Into::into);
        let folder = ["--dir".into(), dir.into_os_string()];
        let parsed = CommandLine::try_parse_from(words.chain(folder))?;
        let mut out = Vec::new();
        run_at(&parsed.certs, now, &mut out)?;
        Ok(String::from_utf8(out)?)
    }

    /// The sentence of a usage error.
    fn refuses(&self, line: &str) -> String {
        let error = self.run(line).unwrap_err();
        assert_eq!(exit_code(&error), 2, "{error:#}");
        error.to_string()
    }

    fn openssl(&self, line: &str) -> Output {
        let mut command = Command::new("openssl");
        command.current_dir(self.path("")).args(line.split(' '));
        command.output().expect("openssl is installed")
    }

    /// What OpenSSL says of a certificate, with the CRL looked at.
    fn verify(&self, name: &str) -> Result<(), String> {
        let output = self.openssl(&format!(
            "verify -x509_strict -crl_check -CAfile ca.pem -CRLfile ca.crl {name}.pem"
        ));
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() { Ok(()) } else { Err(text) }
    }
}

fn now() -> u64 {
    std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()
}

fn mode(path: PathBuf) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

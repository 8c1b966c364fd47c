//! `index.toml`: every certificate that the authority ever issued.
//!
//! A certificate stands in here before its file exists, so that there is none
//! that could not be revoked.

use anyhow::Context;
use serde::{Deserialize, Serialize};

use super::args::Reason;
use super::folder::{self, Locked, Readers};

const FILE: &str = "index.toml";
const HEAD: &str = "# What this authority issued and revoked. Kept by `pipeferry certs`.\n\n";

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Index {
    /// The number of the last CRL (RFC 5280, 5.2.3).
    pub(super) crl_number: u64,
    #[serde(default, rename = "certificate", skip_serializing_if = "Vec::is_empty")]
    pub(super) certificates: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) name: String,
    /// Upper-case hex, as `openssl x509 -serial` prints it.
    pub(super) serial: String,
    #[serde(with = "as_date")]
    pub(super) issued: u64,
    #[serde(with = "as_date")]
    pub(super) not_after: u64,
    /// `server`, `client` or `both`.
    #[serde(rename = "use")]
    pub(super) usage: Usage,
    /// As `dns:example.com`.
    #[serde(default)]
    pub(super) names: Vec<String>,
    /// A newer certificate stands in this one's file.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) replaced: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) revoked: Option<Revocation>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Revocation {
    #[serde(with = "as_date")]
    pub(super) at: u64,
    pub(super) reason: Reason,
}

/// What a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Usage {
    Server,
    Client,
    Both,
}

impl Usage {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
            Self::Both => "both",
        }
    }
}

impl Index {
    pub(super) fn load(folder: &Locked) -> anyhow::Result<Self> {
        let path = folder.path(FILE);
        let text = folder::read_text(&path)?;
        toml::from_str(&text)
            .with_context(|| format!("{} is damaged; put it back from a backup", path.display()))
    }

    pub(super) fn save(&self, folder: &Locked) -> anyhow::Result<()> {
        let text = HEAD.to_owned() + &toml::to_string(self)?;
        folder.write(FILE, text, Readers::Everybody)?;
        Ok(())
    }

    /// The certificate whose files bear this name.
    pub(super) fn current_mut(&mut self, name: &str) -> Option<&mut Entry> {
        self.certificates.iter_mut().rev().find(|entry| entry.name == name && !entry.replaced)
    }
}

/// Seconds since 1970, written as a date that people can read.
mod as_date {
    use std::time::{Duration, UNIX_EPOCH};

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(at: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&crate::telemetry::rfc3339(*at))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
        let text = String::deserialize(from)?;
        let at = humantime::parse_rfc3339(&text).map_err(D::Error::custom)?;
        Ok(at.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs())
    }
}

//! Everything that can be found wrong before a listener opens.
//!
//! `pipeferry check` stops here; `pipeferry run` goes on. Both see the same
//! mistakes, all of them in one go.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::admin::admission;
use super::mistakes::{Mistake, Mistakes};
use super::watch::{Seen, files_of, look_now};
use crate::bridge::{Bridge, Seats};
use crate::config::{Admin, Config};
use crate::endpoint::Protection;
use crate::telemetry::metrics::Exposition;
use crate::tls::{Identities, Identity};

/// All that a start needs, loaded and checked.
#[derive(Debug)]
pub struct Prepared {
    /// The certificates.
    pub identities: Identities,
    /// The bridges, closed as yet.
    pub bridges: Vec<Bridge>,
    /// The security descriptor of the admin server's pipe, where that has one.
    pub admin: Option<Protection>,
    /// The places of all bridges together.
    pub total: Arc<Seats>,
    /// The files as they were just before they were read; none where they are
    /// not watched.
    pub(super) seen: BTreeMap<PathBuf, Seen>,
}

impl Prepared {
    /// Reads certificates and keys, looks up accounts, builds every end.
    ///
    /// # Errors
    /// All mistakes.
    pub fn new(config: &Config, exposition: &Exposition) -> Result<Self, Mistakes> {
        Self::beside(Arc::new(Seats::new(config.max_connections)), config, exposition)
    }

    /// As [`Self::new`], for bridges that share their places with others.
    ///
    /// # Errors
    /// All mistakes.
    pub fn beside(
        total: Arc<Seats>,
        config: &Config,
        exposition: &Exposition,
    ) -> Result<Self, Mistakes> {
        let seen = if config.watch { look_now(files_of(config)) } else { BTreeMap::new() };
        let identities = Identities::load(&config.identities)
            .map_err(|errors| Mistakes::new(errors.into_iter().map(Mistake::Identity).collect()))?;
        let (mut bridges, mut mistakes) = (Vec::new(), Vec::new());
        for bridge in &config.bridges {
            let (metrics, total) = (exposition.bridge(&bridge.name), Arc::clone(&total));
            match Bridge::prepare(bridge, &identities, metrics, total) {
                Ok(bridge) => bridges.push(bridge),
                Err(error) => mistakes.push(Mistake::Bridge(error)),
            }
        }
        let mut admin = None;
        if let Some(Admin { listen }) = &config.admin {
            match admission::check(listen, &identities) {
                Ok(protection) => admin = protection,
                Err(why) => mistakes.push(Mistake::Admin(listen.to_string(), why)),
            }
        }
        if mistakes.is_empty() {
            Ok(Self { identities, bridges, admin, total, seen })
        } else {
            Err(Mistakes::new(mistakes))
        }
    }

    /// Logs what works and may not be meant, of these identities and bridges.
    pub fn log_warnings(
        &self,
        identity: impl Fn(&Identity) -> bool,
        bridge: impl Fn(&Bridge) -> bool,
    ) {
        let identities = self.identities.iter().filter(|one| identity(one));
        for warning in identities.flat_map(|identity| identity.warnings()) {
            tracing::warn!(identity = warning.identity, "{warning}");
        }
        for bridge in self.bridges.iter().filter(|one| bridge(one)) {
            for warning in bridge.protection().iter().flat_map(|protection| &protection.warnings) {
                tracing::warn!(bridge = bridge.name(), "{warning}");
            }
        }
    }

    /// The same of the admin server's pipe, which no reload opens anew.
    pub fn log_admin_warnings(&self) {
        for warning in self.admin.iter().flat_map(|protection| &protection.warnings) {
            tracing::warn!("`[admin]`: {warning}");
        }
    }

    /// Sentences on what works and may not be meant, each with its place.
    pub fn warnings(&self) -> impl Iterator<Item = String> {
        let identities = self.identities.iter().flat_map(|identity| identity.warnings());
        let identities = identities.map(|warning| warning.to_string());
        let admin = self.admin.iter().flat_map(|protection| &protection.warnings);
        let admin = admin.map(|warning| format!("`[admin]`: {warning}"));
        identities.chain(admin).chain(self.bridges.iter().flat_map(|bridge| {
            let warnings = bridge.protection().map_or(&[][..], |protection| &protection.warnings);
            warnings.iter().map(|warning| format!("bridge `{}`: {warning}", bridge.name()))
        }))
    }
}

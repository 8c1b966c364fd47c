//! Asks the system's name servers for SRV records.
//!
//! The system's own calls (getaddrinfo) have no SRV, so this is a resolver of
//! its own; it reads the system's settings, anew when they have changed.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use hickory_resolver::TokioResolver;
use hickory_resolver::config::ResolveHosts;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::rr::{RData, RecordType};

use super::choice::Record;
use crate::config::HostPort;

/// Answers that are kept; a service is one.
const KEPT: u64 = 16;
/// More records of one answer are not looked at.
const MOST_RECORDS: usize = 256;
/// Settings whose changes cannot be seen are read again after so long.
const OLDEST_SETTINGS: Duration = Duration::from_secs(300);

/// A resolver with the system's settings.
#[derive(Default)]
pub(super) struct SystemResolver(Mutex<Option<Made>>);

struct Made {
    resolver: TokioResolver,
    settings: Option<SystemTime>,
    at: Instant,
}

impl std::fmt::Debug for SystemResolver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SystemResolver")
    }
}

impl SystemResolver {
    /// The records of `service`, whose name is taken as it is: no search list
    /// is gone through.
    ///
    /// # Errors
    /// One sentence: no record, no such service, no name server.
    pub async fn records(&self, service: &str) -> Result<Vec<Record>, String> {
        let resolver = self
            .resolver()
            .map_err(|error| format!("the system's name servers cannot be made out: {error}"))?;
        let answer = resolver.lookup(format!("{service}."), RecordType::SRV).await;
        let answer = answer.map_err(|error| explain(&error))?;
        let all: Vec<Record> = answer
            .answers()
            .iter()
            .filter_map(|record| match &record.data {
                RData::SRV(srv) => Some(srv),
                _ => None,
            })
            .take(MOST_RECORDS)
            .map(|srv| Record {
                priority: srv.priority,
                weight: srv.weight,
                host: HostPort { host: srv.target.to_ascii(), port: srv.port },
            })
            .collect();
        usable(all)
    }

    /// The one there is, or a new one where the settings have changed.
    fn resolver(&self) -> Result<TokioResolver, NetError> {
        let settings = changed();
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = &*made
            && made.settings == settings
            && (settings.is_some() || made.at.elapsed() < OLDEST_SETTINGS)
        {
            return Ok(made.resolver.clone());
        }
        let mut builder = TokioResolver::builder_tokio()?;
        let options = builder.options_mut();
        options.cache_size = KEPT;
        options.use_hosts_file = ResolveHosts::Never;
        let resolver = builder.build()?;
        *made = Some(Made { resolver: resolver.clone(), settings, at: Instant::now() });
        Ok(resolver)
    }
}

/// When the system's settings changed last, where that can be seen.
fn changed() -> Option<SystemTime> {
    if cfg!(windows) {
        return None;
    }
    std::fs::metadata("/etc/resolv.conf").and_then(|file| file.modified()).ok()
}

/// Without what nobody can dial.
fn usable(mut all: Vec<Record>) -> Result<Vec<Record>, String> {
    let there_are = !all.is_empty();
    all.retain(|record| record.host.host != "." && record.host.port != 0);
    match (all.is_empty(), there_are) {
        (false, _) => Ok(all),
        // RFC 2782: "A Target of "." means that the service is decidedly not
        // available at this domain."
        (true, true) => Err("DNS says that there is no such service".to_owned()),
        (true, false) => Err("DNS has no SRV record of it".to_owned()),
    }
}

fn explain(error: &NetError) -> String {
    match error {
        NetError::Dns(DnsError::NoRecordsFound(_)) => "DNS has no SRV record of it".to_owned(),
        NetError::Dns(DnsError::ResponseCode(code)) => format!("the name server says: {code}"),
        NetError::Timeout | NetError::NoConnections => "no name server answers".to_owned(),
        other => format!("DNS: {other}"),
    }
}

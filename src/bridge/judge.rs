//! Whether those who were let in would be let in by the rules of now.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::live::Live;
use crate::access::{Origin, ResolvedLocalRules};
use crate::tls::Recheck;

type Chain = Box<[Box<[u8]>]>;

/// Judges connections that are open.
pub(super) struct Judge<'a> {
    pub local: Option<&'a ResolvedLocalRules>,
    /// `None` where no certificate is asked for.
    pub tls: Option<Recheck>,
    /// What was found for a chain: a fleet may share one.
    pub found: Mutex<HashMap<Chain, Option<String>>>,
}

impl Judge<'_> {
    /// Why a connection must end, if it must.
    pub fn refuses(&self, live: &Live) -> Option<String> {
        self.account(live).or_else(|| self.certificate(live))
    }

    fn account(&self, live: &Live) -> Option<String> {
        let (rules, Origin::Local(process)) = (self.local?, &live.peer().origin) else {
            return None;
        };
        let verdict = rules.admits(&process.account);
        verdict.reason().map(|why| format!("`allow` no longer lets it in: {why}"))
    }

    fn certificate(&self, live: &Live) -> Option<String> {
        let check = self.tls.as_ref()?;
        let Some(chain) = &live.peer().chain else {
            return Some("it came without a certificate, and now one is asked for".to_owned());
        };
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(verdict) = found.get(chain) {
            return verdict.clone();
        }
        let verdict = check.refuses(chain, live.admitted());
        found.insert(chain.clone(), verdict.clone());
        verdict
    }
}

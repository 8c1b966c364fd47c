//! What this machine says of a configuration: its files, its accounts.
//!
//! It is asked only where something is wrong already, to tell all of it at
//! once and with places; what is loaded for use is loaded elsewhere.

use rustls::pki_types::UnixTime;

use crate::access::{ResolvedLocalRules, ResolvedOwner, UnknownName, group_number, user_number};
use crate::config::{self, AccountUse, Fault, FileFault, LocalRule, LocalRules, Machine};
use crate::tls::{Identity, IdentityError};

/// The machine that this process runs on.
#[derive(Debug, Clone, Copy)]
pub struct ThisMachine;

impl Machine for ThisMachine {
    fn identity(&self, identity: &config::Identity) -> Vec<FileFault> {
        let errors = Identity::load(identity, UnixTime::now()).err().unwrap_or_default();
        let fault = |error: IdentityError| {
            let fault = Fault::new(error.to_string()).expected(error.expected()).hint(error.hint());
            FileFault { key: error.key, file: error.file, fault }
        };
        errors.into_iter().map(fault).collect()
    }

    fn account(&self, account: &str, purpose: AccountUse) -> Option<Fault> {
        let error = look_up(account, purpose).err()?;
        let why = std::error::Error::source(&error).map(|why| format!(": {why}"));
        let fault = Fault::new(format!("{error}{}", why.unwrap_or_default()));
        Some(fault.expected(match purpose {
            AccountUse::Group | AccountUse::FileGroup => "a group of this system",
            AccountUse::Server if cfg!(windows) => "a user, a group or a SID of this system",
            _ => "a user of this system",
        }))
    }
}

fn look_up(account: &str, purpose: AccountUse) -> Result<(), UnknownName> {
    let written = || Some(account.to_owned());
    let rule = |user, group| {
        let rule = LocalRule { user, group, sid: None };
        ResolvedLocalRules::resolve(&LocalRules::Rules(vec![rule])).map(drop)
    };
    match purpose {
        AccountUse::User => rule(written(), None),
        AccountUse::Group => rule(None, written()),
        AccountUse::Server => ResolvedOwner::resolve(account).map(drop),
        // Windows' pipes have no file, which the text's own mistakes say.
        AccountUse::FileOwner | AccountUse::FileGroup if cfg!(windows) => Ok(()),
        AccountUse::FileOwner => user_number(account).map(drop),
        AccountUse::FileGroup => group_number(account).map(drop),
    }
}

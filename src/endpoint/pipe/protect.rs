//! The security descriptor of a pipe that listens.

use crate::access::{ResolvedLocalRules, sddl_warnings};
use crate::config::PipeListen;
use crate::endpoint::protection::{Protection, ProtectionError};
use crate::sys::windows::descriptor::{SddlError, SecurityDescriptor};
use crate::sys::windows::{sid, token};

/// NETWORK: whoever has logged on from another machine.
const NETWORK: &str = "S-1-5-2";

/// A pipe's descriptor, and what it leaves to the client's token.
#[derive(Debug)]
pub struct Protected {
    pub descriptor: SecurityDescriptor,
    /// The DACL says all that there is to say about clients.
    pub dacl_is_all: bool,
}

impl Protected {
    /// What `sddl` says, or `allow`.
    ///
    /// # Errors
    /// [`ProtectionError`].
    pub fn new(config: &PipeListen) -> Result<Self, ProtectionError> {
        let (sddl, dacl_is_all) = match &config.sddl {
            Some(sddl) => (sddl.clone(), true),
            None => {
                let rules = ResolvedLocalRules::resolve(&config.allow)?;
                let sddl = rules.pipe_sddl(config.windows.remote);
                (sddl.unwrap_or_default(), rules.says_all_in_dacl())
            }
        };
        Ok(Self { descriptor: SecurityDescriptor::from_sddl(&sddl)?, dacl_is_all })
    }
}

impl From<SddlError> for ProtectionError {
    fn from(error: SddlError) -> Self {
        let sddl = error.to_string();
        Self::Sddl { sddl, source: error.source }
    }
}

/// The protection of a pipe, for people.
///
/// # Errors
/// [`ProtectionError`].
pub fn protection(config: &PipeListen) -> Result<Protection, ProtectionError> {
    let sddl = Protected::new(config)?.descriptor.to_sddl()?;
    let own = token::own().map_err(std::io::Error::other)?;
    let mut own_sids = vec![own.user.to_string()];
    own_sids.extend(own.groups);
    let mut warnings = match config.sddl {
        Some(_) => sddl_warnings(&sddl, &own_sids, |trustee| {
            sid::by_sddl(trustee).ok().map(|sid| sid.to_string())
        }),
        None => Vec::new(),
    };
    if config.sddl.is_none() && !config.windows.remote && own_sids.iter().any(|sid| sid == NETWORK)
    {
        warnings.push(
            "we run in a network logon (SSH, WinRM), which the pipe keeps out: it will have one \
             instance only; run as a service, or set `remote = true`"
                .to_owned(),
        );
    }
    Ok(Protection { sddl, warnings })
}

//! The security descriptor of a pipe that listens.

use crate::access::{ResolvedLocalRules, sddl_warnings};
use crate::config::PipeListen;
use crate::endpoint::protection::{Protection, ProtectionError};
use crate::sys::windows::descriptor::{SddlError, SecurityDescriptor};
use crate::sys::windows::{sid, token};

/// NETWORK: whoever has logged on from another machine.
const NETWORK: &str = "S-1-5-2";

/// What `sddl` says, or `allow`, whose names `rules` has looked up already
/// where it is given.
///
/// # Errors
/// [`ProtectionError`].
pub fn descriptor(
    config: &PipeListen,
    rules: Option<&ResolvedLocalRules>,
) -> Result<SecurityDescriptor, ProtectionError> {
    let of_rules = |rules: &ResolvedLocalRules| rules.pipe_sddl(config.windows.remote);
    let sddl = match (&config.sddl, rules) {
        (Some(sddl), _) => Some(sddl.clone()),
        (None, Some(rules)) => of_rules(rules),
        (None, None) => of_rules(&ResolvedLocalRules::resolve(&config.allow)?),
    };
    Ok(SecurityDescriptor::from_sddl(&sddl.unwrap_or_default())?)
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
pub fn protection(
    config: &PipeListen,
    rules: Option<&ResolvedLocalRules>,
) -> Result<Protection, ProtectionError> {
    let sddl = descriptor(config, rules)?.to_sddl()?;
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

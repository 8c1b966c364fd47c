//! Landlock: what the calling thread may reach; see landlock(7).

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, LandlockStatus, NetPort, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope, make_bitflags,
    path_beneath_rules,
};

use super::{Enforced, Grants, Ports};

/// The newest that was tried. A kernel's later one may govern what these rules
/// say nothing about, such as connecting to Unix sockets.
const TRIED: ABI = ABI::V7;
const WITH_PORTS: u8 = 4;
const WITH_SCOPES: u8 = 6;

/// Holds the thread to `grants`, as far as the kernel knows how; `None` where
/// it has no Landlock, or has it turned off. Paths that cannot be opened are
/// left out. Sets no_new_privs.
///
/// # Errors
/// The system's, as a sentence; nothing has changed then.
pub fn restrict(grants: &Grants) -> Result<Option<Enforced>, String> {
    let status = rules(grants).and_then(RulesetCreated::restrict_self);
    let status = status.map_err(|error| error.to_string())?;
    let LandlockStatus::Available { effective_abi, .. } = status.landlock else { return Ok(None) };
    if status.ruleset == RulesetStatus::NotEnforced {
        return Ok(None);
    }
    let abi = u8::try_from(effective_abi.min(TRIED) as i32).unwrap_or_default();
    let ports = grants.ports.is_some() && abi >= WITH_PORTS;
    Ok(Some(Enforced { abi, ports, signals: abi >= WITH_SCOPES }))
}

fn rules(grants: &Grants) -> Result<RulesetCreated, RulesetError> {
    // What is handled and granted nowhere is refused: Execute, Refer, MakeReg,
    // MakeBlock and the like.
    let mut ruleset = Ruleset::default().handle_access(AccessFs::from_all(TRIED))?;
    if let Some(Ports { connect, .. }) = &grants.ports {
        ruleset = ruleset.handle_access(AccessNet::BindTcp)?;
        if connect.is_some() {
            ruleset = ruleset.handle_access(AccessNet::ConnectTcp)?;
        }
    }
    ruleset = ruleset.scope(Scope::Signal)?;
    if !grants.abstract_sockets {
        ruleset = ruleset.scope(Scope::AbstractUnixSocket)?;
    }
    let read = make_bitflags!(AccessFs::{ReadFile | ReadDir});
    let make = make_bitflags!(AccessFs::{MakeSock | MakeFifo | MakeDir | RemoveFile});
    let created = ruleset
        .create()?
        .add_rules(path_beneath_rules(&grants.read, read))?
        .add_rules(path_beneath_rules(&grants.write, AccessFs::WriteFile))?
        .add_rules(path_beneath_rules(&grants.make, make))?;
    ports(created, grants.ports.as_ref())
}

fn ports(rules: RulesetCreated, ports: Option<&Ports>) -> Result<RulesetCreated, RulesetError> {
    let Some(Ports { bind, connect }) = ports else { return Ok(rules) };
    let rule = |port: &u16, access: BitFlags<AccessNet>| {
        Ok::<_, RulesetError>(NetPort::new(*port, access))
    };
    let bind = bind.iter().map(|port| rule(port, AccessNet::BindTcp.into()));
    let connect = connect.iter().flatten().map(|port| rule(port, AccessNet::ConnectTcp.into()));
    rules.add_rules(bind)?.add_rules(connect)
}

//! The account that a service runs as.

use clap::ValueEnum;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use super::name::ServiceName;

/// Which account. None of them has a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Account {
    /// NT SERVICE\NAME: an account of its own, which nothing else runs as
    #[value(name = "virtual")]
    Virtual,
    /// May do everything on this machine
    #[value(name = "LocalSystem")]
    LocalSystem,
    /// Few rights, shared with other services; anonymous on the network
    #[value(name = "LocalService")]
    LocalService,
    /// Few rights, shared with other services; the machine's account on the network
    #[value(name = "NetworkService")]
    NetworkService,
}

impl Account {
    /// As CreateService takes it.
    pub fn start_name(self, name: &ServiceName) -> String {
        match self {
            Self::Virtual => format!("NT SERVICE\\{name}"),
            Self::LocalSystem => "LocalSystem".to_owned(),
            Self::LocalService => "NT AUTHORITY\\LocalService".to_owned(),
            Self::NetworkService => "NT AUTHORITY\\NetworkService".to_owned(),
        }
    }
}

/// The SID of a service, which is in its token whatever the account, in the
/// form `S-1-5-80-...`: made of the SHA-1 of its name in capitals
/// ([MS-DTYP] 2.4.2.4, SERVICE SIDs).
pub(super) fn service_sid(name: &ServiceName) -> String {
    let capitals = name.as_str().to_ascii_uppercase();
    let units: Vec<u8> = capitals.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, &units);
    let (words, _) = hash.as_ref().as_chunks::<4>();
    let parts = words.iter().map(|word| format!("-{}", u32::from_le_bytes(*word)));
    format!("S-1-5-80{}", parts.collect::<String>())
}

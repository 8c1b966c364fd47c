//! Which files a configuration is made of.

use std::path::PathBuf;

use crate::config::{Config, Credential, Identity, Trust};

/// All files that `config` names; the system's CAs are not among them.
pub(in crate::gateway) fn files_of(config: &Config) -> Vec<PathBuf> {
    config.identities.values().flat_map(of_identity).collect()
}

fn of_identity(identity: &Identity) -> Vec<PathBuf> {
    let mut files = identity.crl.clone();
    match &identity.credential {
        Some(Credential::Pem { cert, key }) => files.extend([cert.clone(), key.clone()]),
        Some(Credential::Pkcs12 { file, password_file }) => {
            files.push(file.clone());
            files.extend(password_file.clone());
        }
        None => {}
    }
    if let Some(Trust::File(file)) = &identity.trust {
        files.push(file.clone());
    }
    files
}

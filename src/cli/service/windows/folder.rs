//! `%ProgramData%\pipeferry` with its ACL: made, or looked at and completed.

use std::io;
use std::path::Path;

use anyhow::{Context, anyhow};

use crate::cli::Failure;
use crate::cli::service::folders::{Finding, MODIFY, READ, judge, logs, owner, sddl};
use crate::cli::service::name::ServiceName;
use crate::sys::windows::descriptor::SecurityDescriptor;
use crate::sys::windows::{folder, token};

/// Makes the folder and the one for logs in it, or lets the service into those
/// that are there. What was done, a line each.
pub(super) fn prepare(system_dir: &Path, name: &ServiceName) -> Result<Vec<String>, Failure> {
    let logs = logs(system_dir);
    let mut done = Vec::new();
    for (path, rights) in [(system_dir, READ), (logs.as_path(), MODIFY)] {
        done.extend(one(path, name, rights)?);
    }
    Ok(done)
}

fn one(path: &Path, name: &ServiceName, rights: &str) -> Result<Option<String>, Failure> {
    let shown = path.display();
    let what = || format!("cannot prepare the folder {shown}");
    let new = SecurityDescriptor::from_sddl(&sddl(name, rights)).with_context(what)?;
    match folder::create(path, &new) {
        Ok(()) => return Ok(Some(format!("made {shown}, closed to other users"))),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(anyhow::Error::new(error).context(what()).into()),
    }
    let found = folder::sddl(path).with_context(what)?;
    let installer = installer().with_context(what)?;
    let (dacl, done) = match judge(&found, &installer, name, rights) {
        Finding::Fit => return Ok(None),
        Finding::Open(dacl) => (dacl, format!("closed {shown} to other users")),
        Finding::Lacking(dacl) => (dacl, format!("let the service into {shown}")),
        Finding::Strange { owner } => return Err(strange(path, &owner)),
    };
    let dacl = SecurityDescriptor::from_sddl(&dacl).with_context(what)?;
    folder::set_dacl(path, &dacl).with_context(what)?;
    Ok(Some(done))
}

/// Ourselves, as the system writes an owner in SDDL.
fn installer() -> anyhow::Result<String> {
    let own = SecurityDescriptor::from_sddl(&format!("O:{}", token::own()?.user))?;
    Ok(owner(&own.to_sddl()?).to_owned())
}

fn strange(path: &Path, owner: &str) -> Failure {
    let shown = path.display();
    let error = anyhow!("its owner is {owner}, who could change what the service reads")
        .context(format!("the folder {shown} does not belong to the administrators"));
    Failure::running(&error).hint(&format!(
        "look at what is in it; if that is right, `takeown /A /R /F \"{shown}\"` gives it to them"
    ))
}

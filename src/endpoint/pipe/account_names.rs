//! The names of clients' accounts, for the log and the PROXY header.
//!
//! A name may have to be asked from a domain controller: never in the accept
//! loop, never for long, and seldom twice.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::timeout;

use crate::access::{Account, Origin, Peer};
use crate::sys::sid::Sid;
use crate::sys::windows::sid::name_of;

/// A client does not wait longer for its name; a later one finds it.
const PATIENCE: Duration = Duration::from_secs(1);
/// More names are not remembered.
const MOST_NAMES: usize = 1024;

type Names = HashMap<String, Option<String>>;

static NAMES: Mutex<Option<Names>> = Mutex::new(None);

/// Adds the name of a local client's account, where the system knows one.
pub async fn name_client(peer: &mut Peer) {
    let Origin::Local(process) = &mut peer.origin else { return };
    let Account::Windows { sid, name, .. } = &mut process.account else { return };
    if let Some(known) = with_names(|names| names.get(sid).cloned()) {
        *name = known;
        return;
    }
    let wanted = sid.clone();
    let asked = tokio::task::spawn_blocking(move || ask(wanted));
    if let Ok(Ok(found)) = timeout(PATIENCE, asked).await {
        *name = found;
    }
}

/// Asks the system, and remembers what it says; a failure is not remembered.
fn ask(sid: String) -> Option<String> {
    let parsed: Sid = sid.parse().ok()?;
    let found = name_of(&parsed).ok()?;
    with_names(|names| {
        if names.len() >= MOST_NAMES {
            names.clear();
        }
        names.insert(sid, found.clone());
    });
    found
}

fn with_names<T>(f: impl FnOnce(&mut Names) -> T) -> T {
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    f(names.get_or_insert_default())
}

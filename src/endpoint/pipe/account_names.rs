//! The names of clients' accounts, for the log and the PROXY header.
//!
//! A name may have to be asked from a domain controller, which may be slow or
//! gone: never in the accept loop, never for long, seldom twice, and few at once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::access::{Account, Origin, Peer};
use crate::sys::sid::Sid;
use crate::sys::windows::sid::name_of;

/// A client does not wait longer for its name; a later one finds it.
const PATIENCE: Duration = Duration::from_secs(1);
/// More names are not remembered.
const MOST_NAMES: usize = 1024;
/// More are not asked for at once: each takes a thread.
const MOST_ASKED: usize = 4;
/// So long after a failure nobody asks again.
const AFTER_FAILURE: Duration = Duration::from_secs(30);

static ASKING: Semaphore = Semaphore::const_new(MOST_ASKED);
static NAMES: Mutex<Option<HashMap<String, Known>>> = Mutex::new(None);

/// What is known of a SID.
#[derive(Clone)]
struct Known {
    /// No account bears it, or nobody could say.
    name: Option<String>,
    /// To be asked again from then on.
    until: Option<Instant>,
}

/// Adds the name of a local client's account, where the system knows one.
pub async fn name_client(peer: &mut Peer) {
    let Origin::Local(process) = &mut peer.origin else { return };
    let (Account::Windows { sid, name, .. } | Account::Supposed { sid, name }) =
        &mut process.account
    else {
        return;
    };
    if let Ok(found) = timeout(PATIENCE, name_of_sid(sid)).await {
        *name = found;
    }
}

async fn name_of_sid(sid: &str) -> Option<String> {
    if let Some(known) = known(sid) {
        return known.name;
    }
    let asking = ASKING.acquire().await.ok()?;
    // Whoever asked before may have asked for the same.
    if let Some(known) = known(sid) {
        return known.name;
    }
    let wanted = sid.to_owned();
    let asked = tokio::task::spawn_blocking(move || {
        let found = ask(wanted);
        // Not before the thread is free, even if nobody waits any more.
        drop(asking);
        found
    });
    asked.await.ok()?
}

fn known(sid: &str) -> Option<Known> {
    let known = with_names(|names| names.get(sid).cloned())?;
    known.until.is_none_or(|until| Instant::now() < until).then_some(known)
}

/// Asks the system, and remembers what it says.
fn ask(sid: String) -> Option<String> {
    let parsed: Sid = sid.parse().ok()?;
    let known = match name_of(&parsed) {
        Ok(name) => Known { name, until: None },
        Err(_) => Known { name: None, until: Some(Instant::now() + AFTER_FAILURE) },
    };
    with_names(|names| {
        if names.len() >= MOST_NAMES {
            names.clear();
        }
        names.insert(sid, known.clone());
    });
    known.name
}

fn with_names<T>(f: impl FnOnce(&mut HashMap<String, Known>) -> T) -> T {
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    f(names.get_or_insert_default())
}

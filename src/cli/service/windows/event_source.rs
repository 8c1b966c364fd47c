//! The source of events in the registry, which gives them readable texts.
//! <https://learn.microsoft.com/windows/win32/eventlog/event-sources>

use std::io;

use windows_registry::{Key, LOCAL_MACHINE};

use crate::cli::service::name::ServiceName;

const SOURCES: &str = r"SYSTEM\CurrentControlSet\Services\EventLog\Application";
/// Part of Windows; its messages 1 to 1000 are each `%1`, the text itself.
const MESSAGES: &str = r"%SystemRoot%\System32\EventCreate.exe";
/// Tells a source that we made from another program's of that name.
const MARK: &str = "InstalledBy";
const MARKED: &str = "pipeferry";
/// Errors, warnings and information.
const TYPES: u32 = 7;

/// What stands under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Absent,
    Ours,
    Another,
}

/// Whose source of this name is.
pub(super) fn look(name: &ServiceName) -> Source {
    let Ok(key) = LOCAL_MACHINE.open(path(name)) else { return Source::Absent };
    if is_marked(&key) { Source::Ours } else { Source::Another }
}

/// Makes it, or makes it anew.
pub(super) fn register(name: &ServiceName) -> io::Result<()> {
    let key = LOCAL_MACHINE.create(path(name))?;
    key.set_string(MARK, MARKED)?;
    key.set_expand_string("EventMessageFile", MESSAGES)?;
    key.set_u32("TypesSupported", TYPES)?;
    Ok(())
}

/// Removes it, if we made it.
pub(super) fn remove(name: &ServiceName) -> io::Result<()> {
    if look(name) != Source::Ours {
        return Ok(());
    }
    let sources = LOCAL_MACHINE.options().read().write().open(SOURCES)?;
    sources.remove_tree(name.as_str())?;
    Ok(())
}

fn is_marked(key: &Key) -> bool {
    key.get_string(MARK).is_ok_and(|mark| mark == MARKED)
}

fn path(name: &ServiceName) -> String {
    format!(r"{SOURCES}\{name}")
}

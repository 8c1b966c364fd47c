//! Who may come in: accounts, and the rights of a socket's or FIFO's file.

use super::ends::Options;
use super::tls;
use crate::config::model::{AdminListen, FileAccess};
use crate::config::rules::{LocalRule, LocalRules};
use crate::config::surroundings::System;

/// Who may come in at the admin listener.
pub(super) fn admin(listen: &AdminListen, system: System) -> Options {
    let said = |rules: &LocalRules| match rules {
        LocalRules::Default => None,
        LocalRules::Rules(_) => Some(allow(rules, system)),
    };
    match listen {
        AdminListen::Tcp(_) => Vec::new(),
        AdminListen::Tls(end) => {
            let mut options = tls::listen(&(&**end).into());
            options.retain(|(key, _)| *key != "close_notify");
            options
        }
        AdminListen::Unix(unix) => said(&unix.allow).into_iter().chain(file(&unix.file)).collect(),
        AdminListen::Pipe(pipe) => {
            let sddl = pipe.sddl.clone().map(|sddl| ("sddl", sddl));
            said(&pipe.allow).into_iter().chain(sddl).chain(file(&pipe.file)).collect()
        }
    }
}

pub(super) fn file(file: &FileAccess) -> Options {
    let mut options = Options::new();
    options.extend(file.permissions.map(|bits| ("permissions", format!("{bits:04o}"))));
    options.extend(file.owner.clone().map(|owner| ("owner", owner)));
    options.extend(file.group.clone().map(|group| ("group", group)));
    options
}

pub(super) fn allow(rules: &LocalRules, system: System) -> (&'static str, String) {
    let rules = match (rules, system) {
        (LocalRules::Default, System::Unix) => {
            return ("allow", "our own account, root".to_owned());
        }
        (LocalRules::Default, System::Windows) => {
            return ("allow", "our own account, SYSTEM, Administrators".to_owned());
        }
        (LocalRules::Rules(rules), _) => rules,
    };
    let one = |rule: &LocalRule| {
        let keys = [("user", &rule.user), ("group", &rule.group), ("sid", &rule.sid)];
        let said =
            keys.iter().filter_map(|(key, value)| Some(format!("{key} {}", value.as_ref()?)));
        said.collect::<Vec<_>>().join(" and ")
    };
    ("allow", rules.iter().map(one).collect::<Vec<_>>().join("; or "))
}

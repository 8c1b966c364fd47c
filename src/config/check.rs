//! What must hold for the configuration on any text whatever: the one entry
//! point of the fuzz target `config` and of the test that replays its corpus.
//!
//! It panics where a promise is broken. Nothing else in the crate calls it.

use std::path::Path;

use super::{Config, Diagnostics, Surroundings, System, parse, summary};

/// Reads `data` as a configuration for each system and checks that reading it
/// is total, gives the same twice, and that every mistake can be shown at its
/// place. Bytes that are no UTF-8 are refused before they come here.
pub fn check_total(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for system in [System::Unix, System::Windows] {
        let surroundings = surroundings(system);
        let read = || parse(text, Path::new("fuzz.toml"), &surroundings);
        let outcome = read();
        assert_eq!(outcome, read(), "the same text was read differently");
        match outcome {
            Ok(config) => check_config(&config, system),
            Err(mistakes) => check_mistakes(&mistakes, text),
        }
    }
}

fn surroundings(system: System) -> Surroundings {
    Surroundings {
        system,
        runtime_dir: "/run/user/1000".into(),
        working_dir: "/srv".into(),
        system_dir: "/etc/pipeferry".into(),
    }
}

/// Every end's identity is there, as the model promises.
fn check_config(config: &Config, system: System) {
    use super::{Dial, Listen};
    for bridge in &config.bridges {
        let listen = match &bridge.listen {
            Listen::Tls(end) => Some(end.identity.as_str()),
            Listen::Handed(end) => end.tls.as_ref().map(|tls| tls.identity.as_str()),
            _ => None,
        };
        let connect = bridge.connect.iter().filter_map(|target| match target {
            Dial::Tls(end) => Some(end.identity.as_str()),
            Dial::Srv(end) => end.identity(),
            _ => None,
        });
        for identity in listen.into_iter().chain(connect) {
            assert!(config.identities.contains_key(identity), "no identity {identity:?}");
        }
    }
    let _ = summary(config, system);
}

fn check_mistakes(mistakes: &Diagnostics, text: &str) {
    assert!(!mistakes.is_empty(), "refused without a reason");
    let lines = text.split('\n').count();
    for mistake in mistakes.iter() {
        assert!(!mistake.message.is_empty());
        assert!((1..=lines).contains(&mistake.line), "line {} of {lines}", mistake.line);
        let line = text.split('\n').nth(mistake.line - 1).unwrap_or_default();
        assert!((1..=line.chars().count() + 1).contains(&mistake.column), "{mistake:?}");
    }
    assert!(!mistakes.to_string().is_empty() && !mistakes.coloured().is_empty());
}

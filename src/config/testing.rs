//! What the tests of this layer share.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;

use super::{Bridge, Config, Diagnostics, Surroundings, System, parse};

/// A Unix system that exists nowhere.
pub(crate) fn unix() -> Surroundings {
    Surroundings {
        system: System::Unix,
        runtime_dir: "/run".into(),
        working_dir: "/srv".into(),
        system_dir: "/etc/pipeferry".into(),
    }
}

/// The same, as Windows.
pub(crate) fn windows() -> Surroundings {
    Surroundings { system: System::Windows, ..unix() }
}

/// Three identities that tests name: one for everything, one that only trusts,
/// one that only shows.
pub(crate) const IDENTITIES: &str = r#"
[identity.full]
cert = "gw.pem"
key = "gw.key"
trust = "ca.pem"
[identity.trusting]
trust = "system"
[identity.showing]
pkcs12 = "gw.p12"
"#;

/// The lines of one bridge as a whole file.
pub(crate) fn file_with(bridge: &str) -> String {
    format!("{IDENTITIES}[bridge.b]\n{bridge}\n")
}

/// A file without mistakes.
pub(crate) fn good(text: &str, surroundings: &Surroundings) -> Config {
    match parse(text, Path::new("pipeferry.toml"), surroundings) {
        Ok(config) => config,
        Err(mistakes) => panic!("{mistakes}\nin:\n{text}"),
    }
}

/// A bridge without mistakes, on Unix.
pub(crate) fn good_bridge(bridge: &str) -> Bridge {
    good(&file_with(bridge), &unix()).bridges.remove(0)
}

/// The mistakes of a file.
pub(crate) fn mistakes(text: &str, surroundings: &Surroundings) -> Diagnostics {
    parse(text, Path::new("pipeferry.toml"), surroundings).unwrap_err()
}

/// Each mistake as `text underlined | message | expected | hint`.
pub(crate) fn lines(mistakes: &Diagnostics) -> Vec<String> {
    let line = |one: &super::Diagnostic| {
        let underlined = &mistakes.sources[one.source].text[one.span.clone()];
        let hint = one.hint.as_deref().unwrap_or("");
        format!("{underlined} | {} | {} | {hint}", one.message, one.expected)
    };
    mistakes.iter().map(line).collect()
}

/// The only mistake of a bridge, as one of [`lines`].
pub(crate) fn only_mistake(bridge: &str, surroundings: &Surroundings) -> String {
    let mut all = lines(&mistakes(&file_with(bridge), surroundings));
    assert_eq!(all.len(), 1, "{all:#?}");
    all.remove(0)
}

#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::System;

fn unix() -> Surroundings {
    Surroundings {
        system: System::Unix,
        runtime_dir: "/run".into(),
        working_dir: "/work".into(),
        system_dir: "/etc/pipeferry".into(),
    }
}

#[test]
fn the_smallest_configuration_has_the_defaults() {
    let text = "[bridge.a]\nlisten = \"pipe:a\"\nconnect = \"tcp:db1:7000\"\n";
    let config = parse(text, Path::new("pipeferry.toml"), &unix()).unwrap();
    assert_eq!(config.bridges.len(), 1);
    assert_eq!(config.max_connections, 20_000);
    assert_eq!(config.bridges[0].max_connections, 1024);
}

//! `pipeferry demo`: the newcomer's first minute.

use std::collections::BTreeSet;

use crate::harness::{Site, check, pipeferry, ran};

/// What lies in a folder.
fn listing(site: &Site) -> BTreeSet<String> {
    let entries = std::fs::read_dir(site.root()).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn the_demo_shows_the_main_job_and_leaves_nothing_behind() {
    let site = Site::new();
    let shown =
        ran(pipeferry(&["demo"]).current_dir(site.root()).env("TMPDIR", site.root())).good();
    for part in ["sha256", "denied", "pipeferry_"] {
        assert!(shown.stdout.to_lowercase().contains(part), "{part} in\n{}", shown.stdout);
    }
    assert_eq!(listing(&site), BTreeSet::new());
    assert!(!shown.stdout.contains('\u{1b}'), "no colours into a pipe");
}

#[test]
fn the_demo_comes_out_the_same_every_time() {
    let site = Site::new();
    let mut again = Vec::new();
    for _ in 0..3 {
        again.push(
            ran(pipeferry(&["demo"]).current_dir(site.root()).env("TMPDIR", site.root())).good(),
        );
    }
    let steps = |text: &str| text.lines().count();
    assert_eq!(steps(&again[0].stdout), steps(&again[1].stdout));
    assert_eq!(steps(&again[1].stdout), steps(&again[2].stdout));
}

#[test]
fn what_the_demo_keeps_is_a_configuration_that_checks() {
    let site = Site::new();
    let kept = site.at("kept");
    let shown = ran(pipeferry(&["demo", "--keep", &kept])
        .current_dir(site.root())
        .env("TMPDIR", site.root()))
    .good();
    assert!(shown.stdout.contains(&kept), "{}", shown.stdout);
    let configs: Vec<_> = std::fs::read_dir(&kept)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .collect();
    assert_eq!(configs.len(), 2, "{configs:?}");
    for config in configs {
        check(&config).good();
    }
}

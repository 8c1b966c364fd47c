#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::testing::unix;
use std::path::Path;

#[cfg(unix)]
fn runtime(variables: &[(&str, &str)], user: u32) -> PathBuf {
    runtime_dir(
        |name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into()),
        user,
    )
}

#[cfg(unix)]
#[test]
fn the_runtime_directory_is_the_units_else_the_users_else_roots_else_one_of_our_own() {
    let unit = ("RUNTIME_DIRECTORY", "/run/pipeferry:/run/other");
    let user = ("XDG_RUNTIME_DIR", "/run/user/1000");
    assert_eq!(runtime(&[unit, user], 0), Path::new("/run/pipeferry"));
    assert_eq!(runtime(&[user], 1000), Path::new("/run/user/1000"));
    assert_eq!(runtime(&[], 0), Path::new("/run"));
    assert_eq!(runtime(&[], 1000), Path::new("/tmp/pipeferry-1000"));
    assert_eq!(runtime(&[("XDG_RUNTIME_DIR", "relative")], 0), Path::new("/run"));
}

#[test]
fn a_directory_that_is_ours_already_gets_no_second_folder() {
    let of = |dir: &str| Surroundings { runtime_dir: dir.into(), ..unix() }.default_pipe_dir();
    assert_eq!(of("/run/pipeferry"), Path::new("/run/pipeferry"));
    assert_eq!(of("/run/user/1000"), Path::new("/run/user/1000/pipeferry"));
}

#[test]
fn the_working_directory_comes_before_the_systems_place() {
    let (work, system) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let surroundings = Surroundings {
        working_dir: work.path().into(),
        system_dir: system.path().into(),
        ..unix()
    };
    assert_eq!(find(&surroundings), None);
    let far = system.path().join("pipeferry.toml");
    std::fs::write(&far, "").unwrap();
    assert_eq!(find(&surroundings), Some(far));
    let near = work.path().join("pipeferry.toml");
    std::fs::write(&near, "").unwrap();
    assert_eq!(find(&surroundings), Some(near));
}

#[test]
fn this_process_has_surroundings() {
    let here = Surroundings::of_this_process();
    assert_eq!(here.system, System::here());
    assert!(here.working_dir.is_absolute() && here.system_dir.is_absolute());
    #[cfg(unix)]
    assert!(here.runtime_dir.is_absolute());
}

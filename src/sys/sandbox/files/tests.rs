#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use rstest::rstest;

use super::super::lower;
use super::*;

/// Files and folders of every mode, and one beneath a folder that is closed.
fn of_all_modes(beneath: &Path) -> Vec<PathBuf> {
    let modes = |kind: &'static str| {
        (0..8).map(move |bits| (beneath.join(format!("{kind}-{bits}")), bits << 6))
    };
    for (path, _) in modes("file") {
        std::fs::write(path, "").unwrap();
    }
    for (path, _) in modes("folder") {
        std::fs::create_dir(&path).unwrap();
        std::fs::write(path.join("inside"), "").unwrap();
    }
    let mut all = vec![beneath.join("folder-0/inside"), beneath.join("none")];
    for (path, mode) in modes("file").chain(modes("folder")) {
        std::fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        all.push(path);
    }
    all
}

fn open_again(all: &[PathBuf]) {
    for path in all.iter().filter(|path| path.is_dir()) {
        std::fs::set_permissions(path, Permissions::from_mode(0o700)).unwrap();
    }
}

/// What is lowered is lowered for the thread, which is the test's own.
#[rstest]
#[case::with_all_that_it_has(false)]
#[case::without_capabilities(true)]
fn modes_say_what_the_system_says(#[case] without: bool) {
    let folder = tempfile::tempdir().unwrap();
    let all = of_all_modes(folder.path());
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| {
            if without {
                lower(&BTreeSet::new()).unwrap();
            }
            let reaches = [Reach::Read, Reach::Write, Reach::Make];
            let each = all.iter().flat_map(|path| reaches.map(|reach| (path, reach)));
            // Nothing is made in what is no folder.
            let each = each.filter(|(path, reach)| *reach != Reach::Make || path.is_dir());
            let said = each.map(|(path, reach)| {
                let system = ask(path, reach) == Err(Errno::ACCESS);
                assert_eq!(is_refused_by_mode(path, reach), system, "{path:?} {reach:?}");
                assert_eq!(is_refused(path, reach), system);
                system
            });
            said.filter(|refused| *refused).count()
        });
        let refused = asking.join().unwrap();
        let override_all = !without && process::geteuid().is_root();
        assert_eq!(refused, if override_all { 0 } else { 2 + (4 + 4) + (4 + 4 + 6) });
    });
    open_again(&all);
}

#[rstest]
#[case::owner(1, &[9], 0o400, true)]
#[case::owner_has_not_what_all_others_have(1, &[2], 0o077, false)]
#[case::group(7, &[9, 2], 0o040, true)]
#[case::group_has_not_what_others_have(7, &[2], 0o707, false)]
#[case::others(7, &[9], 0o004, true)]
#[case::not_others(7, &[9], 0o770, false)]
fn a_mode_lets_in_the_first_that_we_are(
    #[case] user: u32,
    #[case] groups: &[u32],
    #[case] mode: u32,
    #[case] lets: bool,
) {
    let file = tempfile::tempfile().unwrap();
    let mut stat = rustix::fs::fstat(file).unwrap();
    (stat.st_uid, stat.st_gid, stat.st_mode) = (1, 2, mode);
    assert_eq!(Ids { user, groups: groups.to_vec() }.may(&stat, 0o4), lets);
}

#![allow(clippy::unwrap_used)]

use super::*;

#[cfg(unix)]
#[test]
fn the_folders_of_all_links_on_the_way_are_watched() {
    use std::os::unix::fs::symlink;
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name);
    for folder in ["mount/..v1", "live", "elsewhere"] {
        std::fs::create_dir_all(at(folder)).unwrap();
    }
    std::fs::write(at("mount/..v1/tls.crt"), "x").unwrap();
    symlink("..v1", at("mount/..data")).unwrap();
    symlink("..data/tls.crt", at("mount/tls.crt")).unwrap();
    symlink("../mount/tls.crt", at("live/cert.pem")).unwrap();
    let folders = folders_of(&[at("live/cert.pem"), at("nowhere/key.pem")]);
    let has = |name: &str| {
        folders
            .iter()
            .any(|folder| folder.canonicalize().unwrap() == at(name).canonicalize().unwrap())
    };
    assert!(has("live") && has("mount") && has("mount/..v1"), "{folders:?}");
    assert!(!folders.contains(&at("nowhere")));
}

#[tokio::test]
async fn a_file_that_is_only_touched_has_not_changed() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("one");
    std::fs::write(&file, "same").unwrap();
    let before = look(vec![file.clone()]).await;
    std::fs::remove_file(&file).unwrap();
    let gone = seen::look_again(before.clone()).await;
    assert!(!gone[&file].same_content(&before[&file]));
    std::fs::write(&file, "same").unwrap();
    let again = seen::look_again(before.clone()).await;
    assert!(again[&file].same_content(&before[&file]));
    std::fs::write(&file, "other").unwrap();
    assert!(!seen::look_again(again).await[&file].same_content(&before[&file]));
}

#[tokio::test]
async fn a_fifo_in_a_files_place_is_not_opened() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("fifo");
    if cfg!(unix) {
        std::process::Command::new("mkfifo").arg(&file).status().unwrap();
    }
    assert_eq!(
        look(vec![file.clone()]).await[&file].clone(),
        look(vec![file.clone()]).await[&file]
    );
}

/// Between the start's reading of it and the watching of it.
#[tokio::test]
async fn a_file_that_changed_before_it_was_watched_has_changed() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("pipeferry.toml");
    std::fs::write(&file, "as it was read").unwrap();
    let seen = Seen::at(&file);
    std::fs::write(&file, "as it is").unwrap();
    let text = "[bridge.b]\nlisten = \"pipe:x\"\nconnect = \"tcp:h:1\"\n";
    let config = crate::config::parse(text, &file, &crate::config::Surroundings::of_this_process());
    let mut watch = Watch::new(file, Some(&seen));
    watch.arm(&config.unwrap(), BTreeMap::new()).await;
    tokio::time::timeout(Duration::from_secs(30), watch.changed()).await.unwrap();
}

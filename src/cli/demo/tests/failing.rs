//! What is said and what is left when a gateway does not do its part.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::cli::demo::folder::Folder;
use crate::cli::demo::screen::Screen;
use crate::cli::demo::show;
use crate::cli::demo::story::Story;
use crate::gateway::{OnHangup, StopSignals};

/// A program to start in a gateway's place. A child writes it, because a
/// program cannot be run while this process holds it open for writing, which
/// a fork of another test's would make longer than the write.
fn program(at: &TempDir, script: &str) -> PathBuf {
    let path = at.path().join("gateway");
    let mut child = std::process::Command::new("sh");
    child.args(["-c", "printf '%s\n' \"$1\" > \"$2\"", "sh"]).arg(format!("#!/bin/sh\n{script}"));
    assert!(child.arg(&path).status().unwrap().success());
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    path
}

/// The failure, what was printed before, and whether the folder went.
async fn fails(script: &str, limit: Duration) -> (String, String) {
    let at = tempfile::tempdir().unwrap();
    let folder = Folder::temporary(at.path(), false).unwrap();
    let mut printed = Vec::new();
    let mut story = Story::new(&folder, Screen::new(&mut printed, false), program(&at, script));
    story.limit = limit;
    let mut interrupts = StopSignals::listen(OnHangup::Stop).unwrap();
    let failure = show(&mut story, &mut interrupts).await.unwrap_err();
    drop(story);
    drop(folder);
    let left = std::fs::read_dir(at.path()).unwrap().count();
    assert_eq!(left, 1, "only the script is left");
    (format!("{failure:?}").replace("\\n", "\n"), String::from_utf8(printed).unwrap())
}

#[tokio::test]
async fn a_gateway_that_ends_at_once_is_named_with_what_it_logged_last() {
    let (failure, printed) = fails("echo no luck today >&2; exit 3", Duration::from_secs(30)).await;
    for part in [
        "the demo failed at step 3 (Start the service and the gateways",
        "because the far gateway ended before it was ready: exit status: 3",
        "the far gateway (ended, exit status: 3) logged last:\n    no luck today",
        "hint: with --keep",
    ] {
        assert!(failure.contains(part), "{part} in {failure}");
    }
    assert!(printed.contains("1. Make certificates"), "{printed}");
}

#[tokio::test]
async fn a_gateway_that_is_never_ready_is_given_up_and_stopped() {
    let at = tempfile::tempdir().unwrap();
    let number = at.path().join("pid");
    let script = format!("echo $$ > {}; exec sleep 600", number.display());
    let (failure, _) = fails(&script, Duration::from_secs(2)).await;
    assert!(failure.contains("because it was not over after 2s"), "{failure}");
    let pid = std::fs::read_to_string(&number).unwrap();
    assert!(!Path::new("/proc").join(pid.trim()).exists(), "it does not run any more");
}

#[tokio::test]
async fn a_gateway_that_will_not_stop_is_killed() {
    let at = tempfile::tempdir().unwrap();
    let number = at.path().join("pid");
    let script =
        format!("trap '' TERM; echo $$ > {}; while :; do sleep 0.1; done", number.display());
    fails(&script, Duration::from_secs(2)).await;
    let pid = std::fs::read_to_string(&number).unwrap();
    assert!(!Path::new("/proc").join(pid.trim()).exists(), "it does not run any more");
}

#[tokio::test]
async fn a_port_that_somebody_took_meanwhile_is_given_up_for_another() {
    let taken = std::io::Error::from(rustix::io::Errno::ADDRINUSE);
    let (failure, printed) =
        fails(&format!("echo 'cannot listen: {taken}' >&2; exit 1"), Duration::from_secs(30)).await;
    assert_eq!(printed.matches(" was taken; both files say ").count(), 4, "{printed}");
    assert!(failure.contains(&taken.to_string()), "{failure}");
}

#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::testing::{lines, mistakes, unix};

const GOOD: &str = "[bridge.a]\nlisten = \"unix:a.sock\"\nconnect = \"tcp:db1:7000\"\n";

fn written(content: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pipeferry.toml");
    std::fs::write(&file, content).unwrap();
    (folder, file)
}

#[test]
fn a_file_is_read_and_its_paths_are_relative_to_it() {
    let (folder, file) = written(GOOD.as_bytes());
    let config = load(&file, &unix()).unwrap();
    let crate::config::Listen::Unix(unix) = &config.bridges[0].listen else { panic!("no unix") };
    let path = folder.path().join("a.sock");
    assert_eq!(unix.name, crate::config::UnixName::Path(path));
}

#[test]
fn a_relative_file_is_relative_to_the_working_directory() {
    let config = parse(GOOD, Path::new("conf/pipeferry.toml"), &unix()).unwrap();
    let crate::config::Listen::Unix(unix) = &config.bridges[0].listen else { panic!("no unix") };
    assert_eq!(unix.name, crate::config::UnixName::Path("/srv/conf/a.sock".into()));
}

#[test]
fn a_file_that_is_not_there_says_which() {
    let error = load(Path::new("/nowhere/pipeferry.toml"), &unix()).unwrap_err();
    assert_eq!(error.to_string(), "cannot read the configuration /nowhere/pipeferry.toml");
    assert!(matches!(error, ConfigError::Unreadable { .. }));
}

#[test]
fn a_file_that_is_no_text_or_too_much_of_it_is_refused() {
    let (_folder, file) = written(b"\xff\xfe");
    let shown = load(&file, &unix()).unwrap_err().to_string();
    assert!(shown.contains("pipeferry.toml:1:1") && shown.contains("0xff"), "{shown}");
    let (_folder, file) = written(b"watch = true\n# caf\xe9\n");
    let shown = load(&file, &unix()).unwrap_err().to_string();
    assert!(shown.contains("pipeferry.toml:2:6") && shown.contains("0xe9"), "{shown}");
    let (_folder, file) = written(&vec![b'\n'; (4 << 20) + 1]);
    assert!(load(&file, &unix()).unwrap_err().to_string().contains("larger than 4 MiB"));
}

#[test]
fn mistakes_come_as_they_are() {
    let (_folder, file) = written(b"x = 1\n");
    let error = load(&file, &unix()).unwrap_err();
    assert!(error.to_string().contains("unknown key `x`"));
}

#[test]
fn syntax_errors_are_said_together_with_what_is_wrong_on_other_lines() {
    let text = "drain_timeout = 30\nwatch = = true\n[log]\nformat = \"jsn\"\n[bridge.b]\nlisten = pipe:x\n";
    let all = lines(&mistakes(text, &unix()));
    assert!(all[0].starts_with("30 | a duration needs its unit"), "{all:#?}");
    assert!(all.iter().any(|line| line.contains("not TOML")), "{all:#?}");
    assert!(all.iter().any(|line| line.contains("did you mean `json`?")), "{all:#?}");
    // What seems to be missing may be what could not be read.
    assert!(!all.iter().any(|line| line.contains("has no")), "{all:#?}");
    let broken_lines: Vec<_> = mistakes(text, &unix()).iter().map(|one| one.line).collect();
    assert!(broken_lines.contains(&2) && broken_lines.contains(&6), "{broken_lines:?}");
}

#[test]
fn after_a_broken_header_nothing_is_said_about_the_keys_under_it() {
    let text = "watch = 1\n[bridge.x\nlisten = \"pipe:x\"\nconnect = 5\n";
    let all = lines(&mistakes(text, &unix()));
    assert_eq!(all.len(), 2, "{all:#?}");
    assert!(all[0].starts_with("1 | wrong type") && all[1].contains("not TOML"), "{all:#?}");
}

#[test]
fn a_key_that_is_there_twice_is_a_mistake() {
    let text = format!("watch = true\nwatch = false\n{GOOD}");
    assert!(mistakes(&text, &unix()).to_string().contains("duplicate key"));
}

#[test]
fn neither_a_double_key_nor_missing_quotes_hide_what_keys_mean_together() {
    let text = "watch = true\nwatch = false\ndrain_timeout = 10s\n[bridge.a]\n\
                listen = { address = \"tcp:127.0.0.1:1\", permissions = \"0600\" }\n";
    let all = lines(&mistakes(text, &unix()));
    assert_eq!(all.len(), 4, "{all:#?}");
    assert!(all[0].contains("duplicate key | each key once"), "{all:#?}");
    assert!(
        all[1].starts_with("10s | not TOML") && all[1].contains("quotes around it"),
        "{all:#?}"
    );
    assert!(all[2].contains("has no `connect`"), "{all:#?}");
    assert!(all[3].contains("`permissions` is not for `tcp:` ends"), "{all:#?}");
}

#[test]
fn lines_that_end_as_on_windows_look_as_others_do() {
    let text = "watch = 1\r\n[bridge.a]\r\nlisten = \"pipe:x\"\r\nconnect = \"pipe:y\"\r\n";
    let shown = mistakes(text, &unix()).to_string();
    assert!(shown.contains("watch = 1\n") && !shown.contains('\u{240d}'), "{shown}");
}

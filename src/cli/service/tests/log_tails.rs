use super::super::log_tail::{last_error, length, since, was_cut_off};

const FAILED: &str = r#"{"timestamp":"t","level":"ERROR","message":"error: of yesterday"}
{"timestamp":"t","level":"INFO","message":"listening"}
{"timestamp":"t","level":"ERROR","message":"error: bridge `a` cannot listen\n  because of 10048"}
{"timestamp":"t","level":"INFO","message":"half a li"#;

#[test]
fn the_last_error_is_the_reason() {
    let why = last_error(FAILED).unwrap();
    assert_eq!(why, "bridge `a` cannot listen\n  because of 10048");
    assert_eq!(last_error("no JSON\n"), None);
}

#[test]
fn a_stop_that_cut_is_told_from_one_that_drained() {
    let line = |finish: &str| format!("{{\"message\":\"stopped\",\"finish\":\"{finish}\"}}\n");
    assert!(was_cut_off(&(line("drained") + &line("cut off"))));
    assert!(!was_cut_off(&(line("cut off") + &line("drained"))));
    assert!(!was_cut_off(FAILED));
}

#[test]
fn only_what_came_since_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    assert_eq!(length(&path), 0);
    std::fs::write(&path, "before\n").unwrap();
    let from = length(&path);
    std::fs::write(&path, "before\nafter\n").unwrap();
    assert_eq!(since(&path, from).unwrap(), "after\n");
    // Set aside meanwhile.
    std::fs::write(&path, "new\n").unwrap();
    assert_eq!(since(&path, from).unwrap(), "new\n");
    let long = "x".repeat(300 << 10);
    std::fs::write(&path, &long).unwrap();
    assert_eq!(since(&path, 0).unwrap().len(), 256 << 10);
}
